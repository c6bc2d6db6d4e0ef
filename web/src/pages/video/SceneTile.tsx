import { useState } from 'react';
import type { Api } from '@/api/types';
import { prefersStillness } from '@/lib/motion';
import { isUnderWay } from '@/parts/status';
import { SceneActions } from '@/pages/video/SceneActions';
import styles from '@/pages/video/SceneTiles.module.css';

const STATES: Record<Api<'SceneState'>, string> = {
  queued: 'Queued',
  throttled: 'Waiting for the provider',
  generating: 'Generating',
  ingested: 'Arrived',
  prepared: 'Ready',
  failed: 'Failed',
};

interface Props {
  job: Api<'JobView'>;
  planned: Api<'PlannedScene'>;
  /** undefined: nobody has begun with it. */
  scene: Api<'SceneView'> | undefined;
}

export function SceneTile({ job, planned, scene }: Props) {
  const state = scene?.state ?? 'queued';
  const clip = scene?.takes.find(({ take }) => take === scene.take)?.links.clip;
  const isGoing = isUnderWay(job.status);
  // What somebody has waited for plays by itself once it is there; what was there before does not.
  const [isAwaited, setIsAwaited] = useState(false);
  if (isGoing && !clip && !isAwaited) setIsAwaited(true);
  const name = `Scene ${String(planned.number)}`;
  return (
    <li className={styles.tile}>
      {clip ? (
        <video
          src={clip}
          aria-label={name}
          autoPlay={isAwaited && !prefersStillness()}
          controls
          muted
          playsInline
          preload="metadata"
          className={styles.clip}
        />
      ) : (
        <div className={styles.place} data-state={state} />
      )}
      <p className={styles.head}>
        {name}
        <span className={styles.state} data-state={state}>
          {STATES[state]}
          {scene && scene.take > 1 ? ` · take ${String(scene.take)}` : ''}
        </span>
      </p>
      <p className={styles.prompt}>{planned.prompt}</p>
      {planned.narration ? <p className={styles.prompt}>“{planned.narration}”</p> : null}
      {scene?.problem ? <p className={styles.prompt}>{scene.problem.detail}</p> : null}
      {scene && !isGoing && !job.media_removed_at ? (
        <SceneActions job={job} planned={planned} scene={scene} />
      ) : null}
    </li>
  );
}
