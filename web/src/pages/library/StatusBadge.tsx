import type { Api } from '@/api/types';
import { isUnderWay, STATUS_WORDS } from '@/parts/status';
import styles from '@/pages/library/StatusBadge.module.css';

interface Props {
  job: Api<'JobSummary'>;
}

export function StatusBadge({ job }: Props) {
  const { status } = job;
  const percent = Math.round(job.progress.fraction * 100);
  return (
    <span className={styles.badge} data-status={isUnderWay(status) ? 'going' : status}>
      {isUnderWay(status) ? `${STATUS_WORDS[status]} ${String(percent)} %` : STATUS_WORDS[status]}
    </span>
  );
}
