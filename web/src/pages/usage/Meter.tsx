import { Card } from '@/ui/Card';
import styles from '@/pages/usage/Meter.module.css';

interface Props {
  label: string;
  used: number;
  /** Held for jobs that are under way. */
  reserved: number;
  limit: number;
  show?: (amount: number) => string;
}

const plain = (amount: number): string => amount.toLocaleString('en-US');

/** How much of a limit is taken: used, and held for what is under way. */
export function Meter({ label, used, reserved, limit, show = plain }: Props) {
  const left = Math.max(0, limit - used - reserved);
  return (
    <Card as="div" className={styles.meter ?? ''}>
      <p className={styles.label}>{label}</p>
      <p className={styles.value}>
        {show(used)} <span className={styles.limit}>of {show(limit)}</span>
      </p>
      <meter className={styles.bar} min={0} max={Math.max(limit, 1e-9)} value={Math.min(used + reserved, limit)} aria-label={label}>
        {show(used)} of {show(limit)}
      </meter>
      <p className={styles.label}>
        {reserved > 0 ? `${show(reserved)} held for what is under way · ` : ''}
        {show(left)} left
      </p>
    </Card>
  );
}
