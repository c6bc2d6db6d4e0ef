import styles from '@/ui/Skeleton.module.css';

interface Props {
  label: string;
  lines?: number;
}

/** In the place of what is being loaded. */
export function Skeleton({ label, lines = 3 }: Props) {
  return (
    <div role="status" className={styles.skeleton} data-page={lines > 5 || undefined}>
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className={styles.line} />
      ))}
    </div>
  );
}
