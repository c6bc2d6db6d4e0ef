import { WifiOff } from 'lucide-react';
import { useOnline } from '@/shell/useOnline';
import styles from '@/shell/ConnectionBar.module.css';

/** Says that the browser is offline, for as long as it is. */
export function ConnectionBar() {
  const isOnline = useOnline();
  return (
    <div role="status" aria-live="polite">
      {isOnline ? null : (
        <p className={styles.bar}>
          <WifiOff size={18} aria-hidden />
          You are offline. What you type is kept, videos under way go on, and this page catches up by itself.
        </p>
      )}
    </div>
  );
}
