import type { ReactNode } from 'react';
import styles from '@/ui/PageTitle.module.css';

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /** Of the window, where it is another one. */
  windowTitle?: string;
}

/** A page's heading, and the window's title with it: also while it is being loaded, and where it cannot be. */
export function PageTitle({ title, lead, actions, windowTitle }: Props) {
  return (
    <div className={styles.head}>
      <title>{`${windowTitle ?? title} · OmniGen`}</title>
      <div className={styles.words}>
        <h1>{title}</h1>
        {lead ? <p className={styles.lead}>{lead}</p> : null}
      </div>
      {actions ? <div className={styles.actions}>{actions}</div> : null}
    </div>
  );
}
