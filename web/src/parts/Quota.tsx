import { useQuery } from '@tanstack/react-query';
import { formatDay, formatUsd } from '@/lib/words';
import { usageQuery } from '@/parts/usage';
import styles from '@/parts/Quota.module.css';

/** What is left of the month, in a line. */
export function Quota() {
  const { data: usage } = useQuery(usageQuery);
  if (!usage) return null;
  const { videos, spend } = usage;
  return (
    <p className={styles.quota}>
      <b>
        {videos.remaining} of {videos.limit}
      </b>{' '}
      videos and <b>{formatUsd(spend.remaining_usd)}</b> are left until {formatDay(usage.resets_at)}.
    </p>
  );
}
