import type { ReactNode } from 'react';
import styles from '@/ui/Table.module.css';

interface Props {
  label: string;
  columns: readonly string[];
  /** Its `<tr>`s. */
  children: ReactNode;
}

/** What is wider than the page scrolls, by keys too. */
export function Table({ label, columns, children }: Props) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys
    <div className={styles.scroll} role="group" aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
