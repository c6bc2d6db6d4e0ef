import type { ReactNode } from 'react';
import styles from '@/ui/Tile.module.css';

interface Props {
  label: ReactNode;
  value: ReactNode;
  hint?: ReactNode;
}

/** One number and what it says. Stands in a `<dl>`. */
export function Tile({ label, value, hint }: Props) {
  return (
    <div className={styles.tile}>
      <dt className={styles.label}>{label}</dt>
      <dd className={styles.value}>{value}</dd>
      {hint ? <dd className={styles.hint}>{hint}</dd> : null}
    </div>
  );
}
