import type { Api } from '@/api/types';
import styles from '@/pages/create/Frame.module.css';

/** The shape of a picture, as one. */
export function Frame({ aspect }: { aspect: Api<'AspectRatio'> }) {
  const [width = 1, height = 1] = aspect.split(':').map(Number);
  const scale = 34 / Math.max(width, height);
  return (
    <svg className={styles.frame} width="40" height="40" viewBox="0 0 40 40" aria-hidden focusable="false">
      <rect
        x={20 - (width * scale) / 2}
        y={20 - (height * scale) / 2}
        width={width * scale}
        height={height * scale}
        rx="3"
      />
    </svg>
  );
}
