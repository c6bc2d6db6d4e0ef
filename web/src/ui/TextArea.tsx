import type { ComponentPropsWithRef } from 'react';
import styles from '@/ui/Input.module.css';

export function TextArea({ className = '', ...rest }: ComponentPropsWithRef<'textarea'>) {
  return <textarea {...rest} className={`${styles.input ?? ''} ${styles.area ?? ''} ${className}`} />;
}
