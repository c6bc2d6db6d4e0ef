import type { ComponentPropsWithRef } from 'react';
import styles from '@/ui/Input.module.css';

export function Select({ className = '', ...rest }: ComponentPropsWithRef<'select'>) {
  return <select {...rest} className={`${styles.input ?? ''} ${className}`} />;
}
