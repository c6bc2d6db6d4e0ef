import type { Api } from '@/api/types';

type Job = Api<'JobView'>;

interface Plan {
  /** The scene that it is about; undefined: only what is missing is made. */
  number?: number;
  /** All that follow it, too. */
  cascade?: boolean;
  /** Another take of it, and not one that is there. */
  isNew?: boolean;
}

/** Whether scenes follow that begin with the last frame of this one. */
export const isFollowed = (job: Job, number: number): boolean =>
  job.request.continuity === 'chained' && job.scenes.some((scene) => scene.number > number);

const isMissing = (scene: Api<'SceneView'>): boolean => scene.takes.every(({ take }) => take !== scene.take);

/** What the clips of another round cost, in USD: the missing ones, and those that are made anew. null: nobody can say. */
export function priceClips(job: Job, { number, cascade = false, isNew = false }: Plan): number | null {
  const made = job.scenes.filter((scene) => {
    if (scene.number === number) return isNew;
    return isMissing(scene) || (cascade && number !== undefined && scene.number > number);
  });
  if (made.some(({ retake_usd }) => retake_usd === null)) return null;
  return made.reduce((sum, { retake_usd }) => sum + Number(retake_usd), 0);
}
