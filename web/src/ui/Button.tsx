import { LoaderCircle } from 'lucide-react';
import type { ButtonHTMLAttributes } from 'react';
import { buttonClass, type ButtonVariant } from '@/ui/buttonClass';
import styles from '@/ui/Button.module.css';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: ButtonVariant;
  /** It is being done: nothing more can be pressed, and a screen reader hears so. */
  busy?: boolean;
}

export function Button({ variant = 'primary', busy = false, className = '', children, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={buttonClass(variant, className)}
      aria-busy={busy || undefined}
      disabled={busy || rest.disabled}
    >
      {busy ? <LoaderCircle size={18} className={styles.spinner} aria-hidden /> : null}
      {children}
    </button>
  );
}
