import { expect, test } from 'vitest';
import { capSentence } from '@/api/caps';
import type { Problem } from '@/api/problem';

const refused = (details: object, code = 'quota_exceeded'): Problem =>
  ({ title: 't', status: 429, code, detail: 'd', remedy: 'r', details }) as unknown as Problem;

test('a limit of the month is told with the day when there is more', () => {
  const cap = { cap: 'videos_per_month', used: 10, limit: 10, requested: 1, resets_at: '2026-12-01T00:00:00Z' };
  expect(capSentence(refused(cap))).toBe('10 of the month’s 10 videos are made or under way. There are more on 1 December 2026.');
});

test('a limit of the moment has no day', () => {
  const cap = { cap: 'concurrent_jobs', used: 2, limit: 2, requested: 1, resets_at: null };
  expect(capSentence(refused(cap))).toBe('2 videos are being made, and the plan has room for 2 at once.');
});

test('what is no limit of a plan is told as it came', () => {
  expect(capSentence(refused({ cap: 'all_users' }))).toBeUndefined();
  expect(capSentence(refused({}, 'rate_limited'))).toBeUndefined();
});
