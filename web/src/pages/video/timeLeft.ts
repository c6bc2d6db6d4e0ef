import type { Api } from '@/api/types';

/** What a planner and a composer take as a rule. */
const PLANNING_S = 20;
const COMPOSING_S = 30;
const RANGES: readonly (readonly [number, string])[] = [
  [45, 'Less than a minute left, as a rule'],
  [120, 'One to two minutes left, as a rule'],
  [300, 'Two to five minutes left, as a rule'],
  [600, 'Five to ten minutes left, as a rule'],
  [Infinity, 'More than ten minutes left, as a rule'],
];

const MADE: ReadonlySet<Api<'SceneState'>> = new Set(['ingested', 'prepared']);

export const countMade = (job: Api<'JobView'>): number => job.scenes.filter(({ state }) => MADE.has(state)).length;

/** As long as there is no plan: as many scenes as such a video has as a rule. */
export const countPlanned = (job: Api<'JobView'>): number =>
  job.storyboard?.scenes.length ?? Math.max(1, Math.round(job.request.duration_s / 5));

/** How long the rest takes as a rule, in seconds: by what is still to be made, so that it changes only when something is. */
function typicalRest(job: Api<'JobView'>, clip_s: number): number {
  const open = countPlanned(job) - countMade(job);
  const rounds = job.request.continuity === 'chained' ? open : Math.min(open, 1);
  return (job.storyboard ? 0 : PLANNING_S) + rounds * clip_s + COMPOSING_S;
}

/** The time left as a range in words. Where it cannot be known, that is what it says. `now` in ms. */
export function timeLeft(job: Api<'JobView'>, model: Api<'VideoModelView'> | undefined, now: number): string {
  if (job.scenes.some(({ state }) => state === 'throttled')) return 'The provider lets it wait: how long, it does not say';
  if (!model) return 'How long it takes is not known';
  const rest_s = typicalRest(job, model.typical_latency_s);
  // Nothing has happened for much longer than all of the rest should take.
  if ((now - Date.parse(job.updated_at)) / 1000 > 2 * rest_s + 30) return 'It takes longer than usual: how long, nobody can say';
  return RANGES.find(([most_s]) => rest_s < most_s)?.[1] ?? '';
}
