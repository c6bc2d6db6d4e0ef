import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { buttonClass } from '@/ui/buttonClass';
import styles from '@/ui/Toast.module.css';

export function ToastList() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast} data-kind={toast.type}>
      <Toast.Content className={styles.content}>
        <div className={styles.words}>
          <Toast.Title className={styles.title} />
          <Toast.Description className={styles.text} />
          <Toast.Action className={buttonClass('quiet')} />
        </div>
        {/* All messages are open beside each other, so none is hidden behind another. */}
        <Toast.Close className={buttonClass('ghost')} aria-label="Close" aria-hidden={false}>
          <X size={18} aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
