import type { ComponentProps, ReactNode } from 'react';
import { Card } from '@/ui/Card';
import { PageTitle } from '@/ui/PageTitle';
import styles from '@/pages/account/AccountCard.module.css';

interface Props {
  title: string;
  lead: ReactNode;
  onSubmit: ComponentProps<'form'>['onSubmit'];
  /** The ways to the other forms. */
  footer: ReactNode;
  children: ReactNode;
}

/** What the forms of an account have in common: one narrow card. */
export function AccountCard({ title, lead, onSubmit, footer, children }: Props) {
  return (
    <div className={styles.page}>
      <PageTitle title={title} lead={lead} />
      <Card as="div">
        <form className={styles.form} onSubmit={onSubmit} noValidate>
          {children}
        </form>
      </Card>
      <p className={styles.footer}>{footer}</p>
    </div>
  );
}
