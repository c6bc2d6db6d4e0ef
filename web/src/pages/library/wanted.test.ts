import { expect, test } from 'vitest';
import { isAmong } from '@/pages/library/queries';
import { readWanted } from '@/pages/library/wanted';
import type { Api } from '@/api/types';

test('what an address asks for is taken, and what is none is left out', () => {
  expect(readWanted({ status: 'failed', category: 'explainer', words: 'red kite' })).toEqual({
    status: 'failed',
    category: 'explainer',
    words: 'red kite',
  });
  expect(readWanted({ status: 'lost', category: 7, words: '' })).toEqual({});
  expect(readWanted({ words: 2026 })).toEqual({ words: '2026' });
});

test.each([
  ['', true],
  ['kite', true],
  ['KITE red', true],
  ['kite blue', false],
])('whether "%s" is found: %s', (words, isFound) => {
  const job = { request: { prompt: 'A red kite over the sea' } } as Api<'JobSummary'>;
  expect(isAmong(job, words)).toBe(isFound);
});
