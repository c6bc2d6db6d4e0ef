import { Toast } from '@base-ui/react/toast';
import type { ReactNode } from 'react';
import { ToastList } from '@/ui/ToastList';
import { toasts } from '@/ui/toasts';
import styles from '@/ui/Toast.module.css';

export function ToastArea({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider toastManager={toasts} limit={4}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles.area}>
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
