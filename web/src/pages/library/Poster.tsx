import type { Api } from '@/api/types';
import { StatusBadge } from '@/pages/library/StatusBadge';
import styles from '@/pages/library/Poster.module.css';

interface Props {
  job: Api<'JobSummary'>;
  isPlaying: boolean;
}

/** The video's poster, or the video itself. Without a video: how far it is. */
export function Poster({ job, isPlaying }: Props) {
  const { thumbnail, video } = job.links;
  return (
    <div className={styles.poster}>
      {thumbnail ? <img src={thumbnail} alt="" loading="lazy" className={styles.picture} /> : null}
      {isPlaying && video ? <video src={video} muted autoPlay loop playsInline className={styles.picture} aria-hidden /> : null}
      <StatusBadge job={job} />
    </div>
  );
}
