import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { buttonClass } from '@/ui/buttonClass';
import styles from '@/ui/Dialog.module.css';

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  /** For things beside each other. */
  isWide?: boolean;
  /** The buttons; the last one is what the dialog is about. */
  footer?: ReactNode;
  children: ReactNode;
}

/** Over the page; Escape and a press beside it close it, the focus goes in and comes back. */
export function Dialog({ open, onClose, title, isWide = false, footer, children }: Props) {
  return (
    <Base.Root
      open={open}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.popup} data-wide={isWide || undefined}>
          <div className={styles.head}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            <Base.Close className={buttonClass('ghost')} aria-label="Close">
              <X size={20} aria-hidden />
            </Base.Close>
          </div>
          <div className={styles.body}>{children}</div>
          {footer ? <div className={styles.footer}>{footer}</div> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
