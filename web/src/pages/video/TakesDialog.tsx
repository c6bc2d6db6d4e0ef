import { useRef, useState } from 'react';
import type { Api } from '@/api/types';
import { exactUsd } from '@/lib/words';
import { Following } from '@/pages/video/Following';
import { priceRound } from '@/pages/video/retakes';
import { TakeCard } from '@/pages/video/TakeCard';
import { useRound } from '@/pages/video/useRound';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import styles from '@/pages/video/Takes.module.css';

interface Props {
  job: Api<'JobView'>;
  scene: Api<'SceneView'>;
  onClose: () => void;
}

/** All takes of a scene beside each other; one of them is in the video. */
export function TakesDialog({ job, scene, onClose }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [cascade, setCascade] = useState(false);
  const round = useRound(job.job_id, scene.number, onClose);
  const price = priceRound(job, { number: scene.number, cascade });
  const playAll = () => {
    for (const video of list.current?.querySelectorAll('video') ?? []) {
      video.currentTime = 0;
      void video.play();
    }
  };
  return (
    <Dialog
      open
      isWide
      title={`Takes of scene ${String(scene.number)}`}
      onClose={onClose}
      footer={
        <Button variant="quiet" onClick={playAll}>
          Play all at once
        </Button>
      }
    >
      <p>
        {price
          ? `The video is put together anew; the scenes that are made for it cost ${exactUsd(price)}.`
          : 'Choosing another costs nothing: the video is put together anew.'}
      </p>
      <Following job={job} number={scene.number} checked={cascade} onChange={setCascade} />
      <ul ref={list} className={styles.takes}>
        {scene.takes.map((take) => (
          <TakeCard
            key={take.take}
            take={take}
            isShown={take.take === scene.take && job.status === 'completed'}
            isBusy={round.isPending}
            onChoose={() => {
              round.mutate({ kind: 'choose', take: take.take, cascade });
            }}
          />
        ))}
      </ul>
    </Dialog>
  );
}
