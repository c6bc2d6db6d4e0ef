import { useState } from 'react';
import type { Api } from '@/api/types';
import { StatusBadge } from '@/pages/library/StatusBadge';
import styles from '@/pages/library/Poster.module.css';

interface Props {
  job: Api<'JobSummary'>;
}

/** The video's poster; it plays while somebody points at it. Without a video: how far it is. */
export function Poster({ job }: Props) {
  const [isPlaying, setIsPlaying] = useState(false);
  const { thumbnail, video } = job.links;
  return (
    <div
      className={styles.poster}
      onPointerEnter={() => {
        setIsPlaying(true);
      }}
      onPointerLeave={() => {
        setIsPlaying(false);
      }}
    >
      {thumbnail ? <img src={thumbnail} alt="" loading="lazy" className={styles.picture} /> : null}
      {isPlaying && video ? <video src={video} muted autoPlay loop playsInline className={styles.picture} aria-hidden /> : null}
      <StatusBadge job={job} />
    </div>
  );
}
