import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { capSentence } from '@/api/caps';
import { problemOf, sentencesOf } from '@/api/problem';
import { Button } from '@/ui/Button';
import styles from '@/ui/ProblemNotice.module.css';

interface Props {
  error: unknown;
  onRetry?: () => void;
  action?: ReactNode;
}

/** What went wrong, as a sentence, and what to do about it. */
export function ProblemNotice({ error, onRetry, action }: Props) {
  const problem = problemOf(error);
  const sentences = sentencesOf(problem);
  return (
    <div role="alert" className={styles.notice}>
      <TriangleAlert size={22} aria-hidden className={styles.icon} />
      <div className={styles.words}>
        <p className={styles.detail}>{sentences.length > 0 ? 'That cannot be taken as it is.' : (capSentence(problem) ?? problem.detail)}</p>
        {sentences.length > 0 ? sentences.map((sentence) => <p key={sentence}>{sentence}</p>) : <p>{problem.remedy}</p>}
        {problem.request_id ? <p className={styles.id}>Request {problem.request_id}</p> : null}
        {onRetry || action ? (
          <div className={styles.actions}>
            {action}
            {onRetry ? (
              <Button variant="quiet" onClick={onRetry}>
                Try again
              </Button>
            ) : null}
          </div>
        ) : null}
      </div>
    </div>
  );
}
