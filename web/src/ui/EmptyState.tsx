import type { ReactNode } from 'react';
import styles from '@/ui/EmptyState.module.css';

interface Props {
  title: string;
  /** Of its heading. */
  level?: 1 | 2;
  icon?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

/** Nothing is here yet: what will be, and what brings it. */
export function EmptyState({ title, level = 2, icon, action, children }: Props) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div className={styles.empty}>
      {icon ? <span className={styles.icon}>{icon}</span> : null}
      <Heading className={styles.title}>{title}</Heading>
      <p className={styles.text}>{children}</p>
      {action}
    </div>
  );
}
