import type { Api } from '@/api/types';
import { formatUsd } from '@/pages/usage/words';
import styles from '@/pages/usage/Ledger.module.css';

interface Props {
  entry: Api<'LedgerEntry'>;
}

export function LedgerRow({ entry }: Props) {
  return (
    <tr>
      <th scope="row">{entry.kind}</th>
      <td className={styles.id}>{entry.job_id}</td>
      <td className={styles.number}>{formatUsd(entry.amount_usd)}</td>
      <td className={styles.number}>{formatUsd(entry.counted_usd)}</td>
      <td className={styles.number}>{formatUsd(entry.spent_usd)}</td>
    </tr>
  );
}
