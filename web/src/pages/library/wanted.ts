import type { Api } from '@/api/types';
import { oneOf, textOf } from '@/lib/search';

export const STATUSES = ['completed', 'generating', 'composing', 'planning', 'pending', 'failed', 'canceled'] as const;
export const CATEGORIES = ['ad-creative', 'music-video', 'explainer'] as const;

export interface Wanted {
  status?: Api<'JobStatus'> | undefined;
  category?: Api<'Category'> | undefined;
  /** In the prompt. */
  words?: string | undefined;
}

/** What is sought in the library, as its address says it. */
export const readWanted = (search: Record<string, unknown>): Wanted => ({
  status: oneOf(search.status, STATUSES),
  category: oneOf(search.category, CATEGORIES),
  words: textOf(search.words, 200),
});
