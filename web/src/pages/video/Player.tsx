import { useRef } from 'react';
import type { Api } from '@/api/types';
import { Captions } from '@/pages/video/Captions';
import { useCaptions } from '@/pages/video/useCaptions';
import styles from '@/pages/video/Player.module.css';

interface Props {
  job: Api<'JobView'>;
}

interface Chapter {
  number: number;
  prompt: string;
  startsAt: number;
}

function chaptersOf(job: Api<'JobView'>): Chapter[] {
  let startsAt = 0;
  return (job.storyboard?.scenes ?? []).map((scene) => {
    const chapter = { number: scene.number, prompt: scene.prompt, startsAt };
    startsAt += scene.duration_s;
    return chapter;
  });
}

/** The video, and its scenes as a way through it. */
export function Player({ job }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const isBurnt = job.request.burn_captions;
  const captions = useCaptions(isBurnt ? undefined : job.links.captions, job.updated_at);
  const seek = (startsAt: number) => {
    if (!video.current) return;
    video.current.currentTime = startsAt;
    void video.current.play();
  };
  return (
    <figure className={styles.player}>
      {/* eslint-disable-next-line jsx-a11y/media-has-caption -- where something is said there is a track */}
      <video
        ref={video}
        key={job.updated_at}
        src={job.links.video}
        poster={job.links.thumbnail}
        controls
        playsInline
        preload="metadata"
        className={styles.video}
        style={{ aspectRatio: job.request.aspect_ratio.replace(':', ' / ') }}
      >
        {captions ? <track key={captions} kind="captions" label="Captions" src={captions} default /> : null}
      </video>
      <div className={styles.bar}>
        <ol className={styles.chapters} aria-label="Scenes of the video">
          {chaptersOf(job).map((chapter) => (
            <li key={chapter.number}>
              <button
                type="button"
                className={styles.chapter}
                title={chapter.prompt}
                onClick={() => {
                  seek(chapter.startsAt);
                }}
              >
                Scene {chapter.number}
              </button>
            </li>
          ))}
        </ol>
        {job.links.captions ? <Captions key={job.updated_at} job={job} video={video} /> : null}
      </div>
    </figure>
  );
}
