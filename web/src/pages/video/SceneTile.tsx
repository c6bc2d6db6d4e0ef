import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { isUnderWay } from '@/parts/status';
import { jobQuery } from '@/pages/video/queries';
import { Button } from '@/ui/Button';
import { tell } from '@/ui/toasts';
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
  const queries = useQueryClient();
  const { number } = planned;
  const regenerate = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/jobs/{job_id}/scenes/{number}/regenerate', {
          params: { path: { job_id: job.job_id, number } },
        }),
      ),
    onSuccess: (fresh) => {
      queries.setQueryData(jobQuery(job.job_id).queryKey, fresh);
      tell(`Scene ${String(number)} is being made anew`, 'The other scenes are kept, and cost nothing.');
    },
  });
  const state = scene?.state ?? 'queued';
  return (
    <li className={styles.tile}>
      <p className={styles.head}>
        Scene {number}
        <span className={styles.state} data-state={state}>
          {STATES[state]}
          {scene && scene.take > 1 ? ` · take ${String(scene.take)}` : ''}
        </span>
      </p>
      <p className={styles.prompt}>{planned.prompt}</p>
      {planned.narration ? <p className={styles.prompt}>“{planned.narration}”</p> : null}
      {scene?.problem ? <p className={styles.prompt}>{scene.problem.detail}</p> : null}
      {isUnderWay(job.status) ? null : (
        <Button
          variant="quiet"
          busy={regenerate.isPending}
          aria-label={`Make scene ${String(number)} anew`}
          onClick={() => {
            regenerate.mutate();
          }}
        >
          Make it anew
        </Button>
      )}
    </li>
  );
}
