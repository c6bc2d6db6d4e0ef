import type { Api } from '@/api/types';
import { exactUsd } from '@/lib/words';
import styles from '@/parts/PriceList.module.css';

interface Props {
  price: Api<'Price'>;
  isOld?: boolean;
}

/** A price and its parts. `isOld`: another one is on its way. */
export function PriceList({ price, isOld = false }: Props) {
  const seconds = price.clips.reduce((sum, clip) => sum + clip.paid_s, 0);
  const parts: [string, string][] = [
    [`${price.clips.length} clips, ${seconds} s`, price.clips_usd],
    ['Music', price.music_usd],
    ['Narration', price.narration_usd],
    ['Planning', price.planner_usd],
  ];
  return (
    <div className={styles.price} data-old={isOld || undefined}>
      <p className={styles.total} role="status" aria-label="Price">
        {exactUsd(price.total_usd)}
      </p>
      <dl className={styles.parts}>
        {parts
          .filter(([, amount]) => Number(amount) > 0)
          .map(([label, amount]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{exactUsd(amount)}</dd>
            </div>
          ))}
      </dl>
      <p className={styles.hint}>
        Never more than {exactUsd(price.max_usd)}, clips that have to be made again included. What is not used goes back.
      </p>
    </div>
  );
}
