import { useInfiniteQuery } from '@tanstack/react-query';
import { LedgerRow } from '@/pages/usage/LedgerRow';
import { ledgerQuery } from '@/pages/usage/queries';
import { Button } from '@/ui/Button';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import styles from '@/pages/usage/Ledger.module.css';

export function Ledger() {
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(ledgerQuery);
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton label="Loading the ledger" />;
  const entries = data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) return <p>Nothing has been held or spent.</p>;
  return (
    <>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys */}
      <div className={styles.scroll} role="region" aria-label="Ledger" tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Video</th>
              <th scope="col" className={styles.number}>
                Amount
              </th>
              <th scope="col" className={styles.number}>
                Counted
              </th>
              <th scope="col" className={styles.number}>
                Spent
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <LedgerRow key={`${entry.job_id} ${entry.kind} ${entry.intent_id ?? ''}`} entry={entry} />
            ))}
          </tbody>
        </table>
      </div>
      {hasNextPage ? (
        <Button variant="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Older ones
        </Button>
      ) : null}
    </>
  );
}
