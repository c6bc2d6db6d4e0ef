import type { Api } from '@/api/types';
import { countMade, countPlanned } from '@/pages/video/timeLeft';

/** Where making the clips begins and ends in the whole: they are most of it, as a rule. */
const PLANNED = 0.05;
const MADE = 0.8;

/** How much of a video that is under way is done, 0 … 1: its clips as they arrive, then what the composer says. */
export function howFar(job: Api<'JobView'>, progress: Api<'ProgressView'>): number {
  if (job.status === 'composing') {
    return MADE + (1 - MADE) * (progress.stage === 'composing' ? progress.fraction : 0);
  }
  if (job.status !== 'generating') return 0;
  return PLANNED + ((MADE - PLANNED) * countMade(job)) / countPlanned(job);
}
