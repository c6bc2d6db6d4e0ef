import type { Api } from '@/api/types';
import { formatMonth, formatUsd } from '@/lib/words';
import { Table } from '@/ui/Table';
import styles from '@/pages/usage/History.module.css';

interface Props {
  months: readonly Api<'MonthUsage'>[];
}

/** What each month has cost: a table whose rows are bars. */
export function History({ months }: Props) {
  if (months.length === 0) return <p className={styles.nothing}>Nothing yet: your first video begins the first month.</p>;
  const most = Math.max(...months.map((month) => Number(month.spent_usd)), 0.01);
  return (
    <Table label="By month" columns={['Month', 'Videos', 'Storyboards', 'Spent']}>
      {months.map((month) => (
        <tr key={month.month}>
          <th scope="row">{formatMonth(month.month)}</th>
          <td>{month.videos}</td>
          <td>{month.storyboards}</td>
          <td>
            {formatUsd(month.spent_usd)}
            <progress className={styles.bar} max={most} value={Number(month.spent_usd)} aria-hidden />
          </td>
        </tr>
      ))}
    </Table>
  );
}
