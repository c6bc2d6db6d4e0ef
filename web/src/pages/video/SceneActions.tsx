import { lazy, Suspense, useState } from 'react';
import type { Api } from '@/api/types';
import { Button } from '@/ui/Button';
import styles from '@/pages/video/SceneTiles.module.css';

const SceneDialog = lazy(async () => ({ default: (await import('@/pages/video/SceneDialog')).SceneDialog }));
const TakesDialog = lazy(async () => ({ default: (await import('@/pages/video/TakesDialog')).TakesDialog }));

interface Props {
  job: Api<'JobView'>;
  planned: Api<'PlannedScene'>;
  scene: Api<'SceneView'>;
}

/** What can be done with a scene of an ended video. */
export function SceneActions({ job, planned, scene }: Props) {
  const [open, setOpen] = useState<'scene' | 'takes' | null>(null);
  const close = () => {
    setOpen(null);
  };
  const number = String(scene.number);
  return (
    <div className={styles.actions}>
      <Button
        variant="quiet"
        aria-label={`Make scene ${number} anew`}
        onClick={() => {
          setOpen('scene');
        }}
      >
        Make it anew
      </Button>
      {scene.takes.length > 1 ? (
        <Button
          variant="quiet"
          aria-label={`Compare the takes of scene ${number}`}
          onClick={() => {
            setOpen('takes');
          }}
        >
          Compare {scene.takes.length} takes
        </Button>
      ) : null}
      <Suspense fallback={null}>
        {open === 'scene' ? <SceneDialog job={job} planned={planned} onClose={close} /> : null}
        {open === 'takes' ? <TakesDialog job={job} scene={scene} onClose={close} /> : null}
      </Suspense>
    </div>
  );
}
