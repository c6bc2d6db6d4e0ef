import { expect, test } from 'vitest';
import type { Api } from '@/api/types';
import { timeLeft } from '@/pages/video/timeLeft';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const MODEL = { typical_latency_s: 60 } as Api<'VideoModelView'>;

function job(states: Api<'SceneState'>[], continuity = 'parallel', updated_at = '2026-11-28T12:00:00Z'): Api<'JobView'> {
  return {
    request: { duration_s: 15, continuity },
    storyboard: { scenes: states },
    scenes: states.map((state, index) => ({ number: index + 1, state })),
    updated_at,
  } as unknown as Api<'JobView'>;
}

test('clips that are made side by side take as long as one', () => {
  expect(timeLeft(job(['generating', 'generating', 'queued']), MODEL, NOW)).toBe('One to two minutes left, as a rule');
});

test('clips of a chain take one after the other', () => {
  expect(timeLeft(job(['generating', 'queued', 'queued'], 'chained'), MODEL, NOW)).toMatch(/^Two to five minutes/);
});

test('when all clips are there only the composing is left', () => {
  expect(timeLeft(job(['prepared', 'ingested']), MODEL, NOW)).toMatch(/^Less than a minute/);
});

test('it is said when nobody knows', () => {
  expect(timeLeft(job(['throttled', 'generating']), MODEL, NOW)).toMatch(/does not say/);
  expect(timeLeft(job(['generating']), undefined, NOW)).toMatch(/not known/);
  expect(timeLeft(job(['generating'], 'parallel', '2026-11-28T11:50:00Z'), MODEL, NOW)).toMatch(/longer than usual/);
});

test('before there is a plan, planning counts', () => {
  const unplanned = { ...job([]), storyboard: null };
  expect(timeLeft(unplanned, { ...MODEL, typical_latency_s: 10 }, NOW)).toMatch(/^One to two minutes/);
});
