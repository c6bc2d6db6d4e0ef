import type { Api } from '@/api/types';

export const STATUS_WORDS: Record<Api<'JobStatus'>, string> = {
  pending: 'Waiting',
  planning: 'Planning',
  generating: 'Generating',
  composing: 'Composing',
  completed: 'Finished',
  failed: 'Failed',
  canceled: 'Canceled',
};

const ENDED: ReadonlySet<Api<'JobStatus'>> = new Set(['completed', 'failed', 'canceled']);

export const isUnderWay = (status: Api<'JobStatus'>): boolean => !ENDED.has(status);
