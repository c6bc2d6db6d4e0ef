import { useQuery } from '@tanstack/react-query';
import { History } from '@/pages/usage/History';
import { Ledger } from '@/pages/usage/Ledger';
import { Meter } from '@/pages/usage/Meter';
import { usageQuery } from '@/parts/usage';
import { formatDay, formatUsd } from '@/lib/words';
import { Card } from '@/ui/Card';
import { PageTitle } from '@/ui/PageTitle';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import styles from '@/pages/usage/UsagePage.module.css';

export function UsagePage() {
  const { data: usage, error, refetch } = useQuery(usageQuery);
  if (!usage) {
    return (
      <>
        <PageTitle title="Usage" />
        {error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Skeleton label="Loading your usage" lines={6} />}
      </>
    );
  }
  const { videos, storyboards, spend, concurrent_jobs: jobs } = usage;
  return (
    <div className={styles.page}>
      <PageTitle
        title="Usage"
        lead={`Your plan is ${usage.plan}. What is counted by month begins anew on ${formatDay(usage.resets_at)} (UTC).`}
      />
      <div className={styles.meters}>
        <Meter label="Videos this month" used={videos.used} reserved={videos.reserved} limit={videos.limit} />
        <Meter
          label="Spent this month"
          used={Number(spend.spent_usd)}
          reserved={Number(spend.reserved_usd)}
          limit={Number(spend.limit_usd)}
          show={formatUsd}
        />
        <Meter
          label="Storyboards this month"
          used={storyboards.used}
          reserved={storyboards.reserved}
          limit={storyboards.limit}
        />
        <Meter label="At work at this moment" used={jobs.running} reserved={0} limit={jobs.limit} />
      </div>
      <Card aria-labelledby="history">
        <h2 id="history">By month</h2>
        <History months={usage.history} />
      </Card>
      <Card aria-labelledby="ledger">
        <h2 id="ledger">Ledger</h2>
        <p className={styles.hint}>Every amount that was held, spent or given back, video by video. It adds up to the cent.</p>
        <Ledger />
      </Card>
    </div>
  );
}
