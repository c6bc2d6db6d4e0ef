import type { Problem } from '@/api/problem';
import { formatDay } from '@/lib/words';

interface Cap {
  cap: string;
  used: number | string;
  limit: number | string;
  requested: number | string;
  resets_at: string | null;
}

/** Which limit of the plan is reached, as a sentence; undefined where it is none of them. */
export function capSentence(problem: Problem): string | undefined {
  const told = problem.details as Cap | undefined;
  if (problem.code !== 'quota_exceeded' || told === undefined) return undefined;
  const { cap, used, limit, requested, resets_at: resetsAt } = told;
  const until = resetsAt ? ` There are more on ${formatDay(resetsAt)}.` : '';
  switch (cap) {
    case 'concurrent_jobs':
      return `${used} videos are being made, and the plan has room for ${limit} at once.`;
    case 'videos_per_month':
      return `${used} of the month’s ${limit} videos are made or under way.${until}`;
    case 'storyboards_per_month':
      return `${used} of the month’s ${limit} storyboards are used.${until}`;
    case 'spend_per_month':
      return `This needs up to $${requested}, and of the month’s $${limit} already $${used} are spent or held.${until}`;
    default:
      return undefined;
  }
}
