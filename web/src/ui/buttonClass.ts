import styles from '@/ui/Button.module.css';

export type ButtonVariant = 'primary' | 'quiet' | 'danger' | 'ghost';

/** The looks of a button, for whatever is one: a button, a link, a label. */
export function buttonClass(variant: ButtonVariant = 'primary', more = ''): string {
  return [styles.button, styles[variant], more].filter(Boolean).join(' ');
}
