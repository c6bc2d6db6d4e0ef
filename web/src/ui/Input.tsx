import type { ComponentPropsWithRef } from 'react';
import styles from '@/ui/Input.module.css';

export function Input({ className = '', ...rest }: ComponentPropsWithRef<'input'>) {
  return <input {...rest} className={`${styles.input ?? ''} ${className}`} />;
}
