import type { ReactNode } from 'react';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { tell } from '@/ui/toasts';
import styles from '@/ui/SecretDialog.module.css';

interface Props {
  title: string;
  /** null: closed. */
  secret: string | null;
  onClose: () => void;
  children: ReactNode;
}

/** A secret that is shown once. */
export function SecretDialog({ title, secret, onClose, children }: Props) {
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(secret ?? '');
    tell('Copied');
  };
  return (
    <Dialog
      open={secret !== null}
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button variant="quiet" onClick={() => void copy()}>
            Copy
          </Button>
          <Button onClick={onClose}>I have kept it</Button>
        </>
      }
    >
      <p>{children}</p>
      <code className={styles.secret}>{secret}</code>
    </Dialog>
  );
}
