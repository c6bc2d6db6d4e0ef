import { useQuery } from '@tanstack/react-query';
import { exactUsd } from '@/lib/words';
import { receiptQuery } from '@/pages/video/queries';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import { Table } from '@/ui/Table';
import styles from '@/pages/video/Receipt.module.css';

interface Props {
  jobId: string;
}

/** Every call that was paid, and what was taken from an earlier one for nothing. */
export function Receipt({ jobId }: Props) {
  const { data, error, refetch } = useQuery(receiptQuery(jobId));
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton label="Loading the receipt" />;
  if (data.calls.length === 0) return <p>Nothing was asked of anybody, so nothing was paid.</p>;
  return (
    <>
      <p className={styles.total}>
        {exactUsd(data.total_usd)} in all{data.is_final ? '' : ' so far: something is not accounted for yet'}
      </p>
      <Table label="Receipt" columns={['What', 'Model', 'Seconds', 'Charged', 'The provider’s id']}>
        {data.calls.map((call) => (
          <tr key={call.intent_id}>
            <th scope="row">
              {call.what}
              {call.prompt ? <span className={styles.words}>{call.prompt}</span> : null}
            </th>
            <td>{call.model}</td>
            <td>{call.seconds ?? '–'}</td>
            <td>{call.cached ? 'made before: nothing' : exactUsd(call.charged_usd ?? '0')}</td>
            <td className={styles.id}>{call.provider_id ?? '–'}</td>
          </tr>
        ))}
      </Table>
      <p className={styles.hint}>The receipt is signed; programs get it, and the keys to check it, by the API.</p>
    </>
  );
}
