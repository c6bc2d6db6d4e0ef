import { useInfiniteQuery } from '@tanstack/react-query';
import { LedgerRow } from '@/pages/usage/LedgerRow';
import { ledgerQuery } from '@/pages/usage/queries';
import { Button } from '@/ui/Button';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import { Table } from '@/ui/Table';

export function Ledger() {
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(ledgerQuery);
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton label="Loading the ledger" />;
  const entries = data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) return <p>Nothing has been held or spent.</p>;
  return (
    <>
      <Table label="Ledger" columns={['What', 'Video', 'Amount', 'Counted', 'Spent']}>
        {entries.map((entry) => (
          <LedgerRow key={`${entry.job_id} ${entry.kind} ${entry.intent_id ?? ''}`} entry={entry} />
        ))}
      </Table>
      {hasNextPage ? (
        <Button variant="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Older ones
        </Button>
      ) : null}
    </>
  );
}
