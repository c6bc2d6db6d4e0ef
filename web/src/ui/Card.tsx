import type { HTMLAttributes } from 'react';
import styles from '@/ui/Card.module.css';

interface Props extends HTMLAttributes<HTMLElement> {
  as?: 'section' | 'article' | 'div' | 'li';
}

export function Card({ as: Tag = 'section', className = '', ...rest }: Props) {
  return <Tag {...rest} className={`${styles.card ?? ''} ${className}`} />;
}
