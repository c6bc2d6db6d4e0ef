import type { Api } from '@/api/types';
import { exactUsd } from '@/lib/words';
import styles from '@/pages/usage/Ledger.module.css';

interface Props {
  entry: Api<'LedgerEntry'>;
}

export function LedgerRow({ entry }: Props) {
  return (
    <tr>
      <th scope="row">{entry.kind}</th>
      <td className={styles.id}>{entry.job_id}</td>
      <td>{exactUsd(entry.amount_usd)}</td>
      <td>{exactUsd(entry.counted_usd)}</td>
      <td>{exactUsd(entry.spent_usd)}</td>
    </tr>
  );
}
