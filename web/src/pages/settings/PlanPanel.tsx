import { useQuery } from '@tanstack/react-query';
import { usageQuery } from '@/parts/usage';
import { formatDay, formatUsd } from '@/lib/words';
import { useMe } from '@/session/useMe';
import { SignOutEverywhere } from '@/pages/settings/SignOutEverywhere';
import { LinkButton } from '@/ui/LinkButton';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import { Tile } from '@/ui/Tile';
import styles from '@/pages/settings/Panel.module.css';

export function PlanPanel() {
  const { data: me } = useMe();
  const { data: usage, error, refetch } = useQuery(usageQuery);
  if (error && !usage) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!usage || !me) return <Skeleton label="Loading your plan" />;
  return (
    <div className={styles.panel}>
      <p>
        {me.email} is on the plan <strong>{usage.plan}</strong>. Whoever runs this deployment can change it.
      </p>
      <dl className={styles.pair}>
        <Tile label="Videos a month" value={usage.videos.limit} hint={`${String(usage.videos.remaining)} left`} />
        <Tile label="Money a month" value={formatUsd(usage.spend.limit_usd)} hint={`${formatUsd(usage.spend.remaining_usd)} left`} />
        <Tile label="Videos at once" value={usage.concurrent_jobs.limit} />
        <Tile label="Begins anew" value={formatDay(usage.resets_at)} />
      </dl>
      <div className={styles.actions}>
        <LinkButton variant="quiet" to="/usage">
          See all of your usage
        </LinkButton>
      </div>
      <SignOutEverywhere />
    </div>
  );
}
