import type { ReactNode } from 'react';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';

interface Props {
  open: boolean;
  title: string;
  action: string;
  onClose: () => void;
  onConfirm: () => void;
  children: ReactNode;
}

/** Before something that cannot be undone. */
export function ConfirmDialog({ open, title, action, onClose, onConfirm, children }: Props) {
  return (
    <Dialog
      open={open}
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button variant="quiet" onClick={onClose}>
            Keep it
          </Button>
          <Button
            variant="danger"
            onClick={() => {
              onClose();
              onConfirm();
            }}
          >
            {action}
          </Button>
        </>
      }
    >
      <p>{children}</p>
    </Dialog>
  );
}
