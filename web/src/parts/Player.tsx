import { useRef } from 'react';
import type { Api } from '@/api/types';
import { Captions } from '@/parts/Captions';
import { Timeline, type Chapter } from '@/parts/Timeline';
import { useCaptions } from '@/parts/useCaptions';
import styles from '@/parts/Player.module.css';

/** A finished video, and where its files are. */
export interface Film {
  video: string;
  thumbnail: string | undefined;
  /** The address of what is said, as WebVTT; undefined: nothing is. */
  captions: string | undefined;
  /** The captions are part of the pictures. */
  isBurnt: boolean;
  aspect: Api<'AspectRatio'>;
  /** Another one where the same addresses lead to another video. */
  version: string;
}

interface Props {
  film: Film;
  chapters?: readonly Chapter[];
}

/** The video, and its scenes as a way through it. */
export function Player({ film, chapters = [] }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const captions = useCaptions(film.isBurnt ? undefined : film.captions, film.version);
  const seek = (seconds: number) => {
    if (!video.current) return;
    video.current.currentTime = seconds;
    void video.current.play();
  };
  return (
    <figure className={styles.player}>
      {/* eslint-disable-next-line jsx-a11y/media-has-caption -- where something is said there is a track */}
      <video
        ref={video}
        key={film.version}
        src={film.video}
        poster={film.thumbnail}
        controls
        playsInline
        preload="metadata"
        className={styles.video}
        style={{ aspectRatio: film.aspect.replace(':', ' / ') }}
      >
        {captions ? <track key={captions} kind="captions" label="Captions" src={captions} default /> : null}
      </video>
      <div className={styles.bar}>
        {chapters.length > 0 ? (
          <Timeline key={`${film.version} scenes`} video={video} chapters={chapters} onSeek={seek} />
        ) : null}
        {film.captions ? <Captions key={film.version} isBurnt={film.isBurnt} video={video} /> : null}
      </div>
    </figure>
  );
}
