import type { Api } from '@/api/types';
import { STATUS_WORDS } from '@/parts/status';
import { formatUsd } from '@/lib/words';
import { howFar } from '@/pages/video/howFar';
import { TimeLeft } from '@/pages/video/TimeLeft';
import { Card } from '@/ui/Card';
import styles from '@/pages/video/Progress.module.css';

interface Props {
  job: Api<'JobView'>;
  progress: Api<'ProgressView'>;
  isLost: boolean;
}

/** Stage, how far it is, and what it has cost so far. */
export function Progress({ job, progress, isLost }: Props) {
  const percent = Math.round(howFar(job, progress) * 100);
  return (
    <Card as="div" className={styles.card ?? ''}>
      <p className={styles.stage} role="status">
        {STATUS_WORDS[job.status]}
        {isLost ? ' · the connection is lost, trying again' : ''}
      </p>
      <progress className={styles.bar} max={100} value={percent} aria-label="How far it is">
        {percent} %
      </progress>
      <TimeLeft job={job} />
      <p className={styles.muted}>
        {percent} % · {formatUsd(job.cost.spent_usd ?? '0')} spent of at most {formatUsd(job.cost.max_usd ?? '0')}
      </p>
    </Card>
  );
}
