import type { Api } from '@/api/types';
import { isUnderWay, STATUS_WORDS } from '@/parts/status';
import styles from '@/pages/library/StatusBadge.module.css';

interface Props {
  job: Api<'JobSummary'>;
}

export function StatusBadge({ job }: Props) {
  const { status } = job;
  // Of the stages before only a video's own page knows how far they are.
  const percent = status === 'composing' ? ` ${String(Math.round(job.progress.fraction * 100))} %` : '';
  return (
    <span className={styles.badge} data-status={isUnderWay(status) ? 'going' : status}>
      {STATUS_WORDS[status]}
      {percent}
    </span>
  );
}
