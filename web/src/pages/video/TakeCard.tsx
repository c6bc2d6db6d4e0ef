import type { Api } from '@/api/types';
import { Button } from '@/ui/Button';
import styles from '@/pages/video/Takes.module.css';

interface Props {
  take: Api<'TakeView'>;
  /** It is the one in the video. */
  isShown: boolean;
  isBusy: boolean;
  onChoose: () => void;
}

export function TakeCard({ take, isShown, isBusy, onChoose }: Props) {
  const name = `Take ${String(take.take)}`;
  return (
    <li className={styles.take}>
      <video src={take.links.clip} aria-label={name} controls muted playsInline preload="metadata" className={styles.clip} />
      <p className={styles.head}>
        {name}
        {isShown ? <span className={styles.shown}>In the video</span> : null}
      </p>
      <p className={styles.prompt}>{take.prompt}</p>
      {isShown ? null : (
        <Button variant="quiet" busy={isBusy} onClick={onChoose}>
          Use {name.toLowerCase()}
        </Button>
      )}
    </li>
  );
}
