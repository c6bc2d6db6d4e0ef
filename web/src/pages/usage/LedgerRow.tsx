import type { Api } from '@/api/types';
import { formatUsd } from '@/lib/words';
import styles from '@/pages/usage/Ledger.module.css';

interface Props {
  entry: Api<'LedgerEntry'>;
}

export function LedgerRow({ entry }: Props) {
  return (
    <tr>
      <th scope="row">{entry.kind}</th>
      <td className={styles.id}>{entry.job_id}</td>
      <td>{formatUsd(entry.amount_usd)}</td>
      <td>{formatUsd(entry.counted_usd)}</td>
      <td>{formatUsd(entry.spent_usd)}</td>
    </tr>
  );
}
