import { useEffect, useState, type RefObject } from 'react';
import { clockTime } from '@/lib/words';
import styles from '@/parts/Timeline.module.css';

/** A scene of a video: when it begins and how much of the video is its own, in seconds. */
export interface Chapter {
  number: number;
  prompt: string;
  startsAt: number;
  lastsFor: number;
}

interface Props {
  video: RefObject<HTMLVideoElement | null>;
  chapters: readonly Chapter[];
  onSeek: (seconds: number) => void;
}

/** A player is asked for a time and says another one, less than a frame away. */
const SAME_S = 0.02;

/** The scenes, each as wide as it is long: the one that plays is marked, a press goes to its beginning. */
export function Timeline({ video, chapters, onSeek }: Props) {
  const [at, setAt] = useState(0);
  useEffect(() => {
    const player = video.current;
    const look = () => {
      setAt(player?.currentTime ?? 0);
    };
    player?.addEventListener('timeupdate', look);
    return () => player?.removeEventListener('timeupdate', look);
  }, [video]);
  const shown = chapters.findLast(({ startsAt }) => startsAt <= at + SAME_S);
  return (
    <ol className={styles.scenes} aria-label="Scenes of the video">
      {chapters.map((chapter) => (
        <li key={chapter.number} className={styles.scene} style={{ flexGrow: chapter.lastsFor }}>
          <button
            type="button"
            className={styles.button}
            title={chapter.prompt}
            aria-current={chapter === shown ? 'time' : undefined}
            onClick={() => {
              onSeek(chapter.startsAt);
            }}
          >
            Scene {chapter.number}
            <span className={styles.time} aria-hidden>
              {clockTime(chapter.startsAt)}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
