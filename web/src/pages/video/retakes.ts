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

const sum = (scenes: Api<'SceneView'>[]): number =>
  scenes.reduce((total, { retake_usd }) => total + Number(retake_usd), 0);

/** What another round costs, in USD: what is missing, and the clips that are made anew. null: nobody can say. */
export function priceRound(job: Job, { number, cascade = false, isNew = false }: Plan): number | null {
  if (job.scenes.some(({ retake_usd }) => retake_usd === null)) return null;
  const isAsked = (scene: Api<'SceneView'>) =>
    scene.number === number ? isNew : cascade && number !== undefined && scene.number > number;
  const anew = job.scenes.filter((scene) => isAsked(scene) && !isMissing(scene));
  const chosen = job.scenes.filter((scene) => scene.number === number && !isNew && isMissing(scene));
  return Number(job.resume_usd ?? 0) + sum(anew) - sum(chosen);
}
