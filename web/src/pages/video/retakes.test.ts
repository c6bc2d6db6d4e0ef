import { expect, test } from 'vitest';
import type { Api } from '@/api/types';
import { isFollowed, priceClips } from '@/pages/video/retakes';

const scene = (number: number, isMade = true): Api<'SceneView'> =>
  ({ number, take: 1, retake_usd: '0.15', takes: isMade ? [{ take: 1 }] : [] }) as unknown as Api<'SceneView'>;

const job = (scenes: Api<'SceneView'>[], continuity = 'chained'): Api<'JobView'> =>
  ({ request: { continuity }, scenes }) as unknown as Api<'JobView'>;

test('another take costs its clip, and with those that follow each of theirs', () => {
  const whole = job([scene(1), scene(2), scene(3)]);
  expect(priceClips(whole, { number: 2, isNew: true })).toBeCloseTo(0.15);
  expect(priceClips(whole, { number: 2, isNew: true, cascade: true })).toBeCloseTo(0.3);
});

test('a take that is there costs nothing', () => {
  expect(priceClips(job([scene(1), scene(2)]), { number: 1 })).toBe(0);
});

test('what is missing is made, whatever the round is for', () => {
  const half = job([scene(1), scene(2, false)]);
  expect(priceClips(half, {})).toBeCloseTo(0.15);
  expect(priceClips(half, { number: 1, isNew: true })).toBeCloseTo(0.3);
});

test('a model that is offered no more has no price', () => {
  expect(priceClips(job([{ ...scene(1), retake_usd: null }]), { number: 1, isNew: true })).toBeNull();
});

test('only in a chain scenes follow', () => {
  expect(isFollowed(job([scene(1), scene(2)]), 1)).toBe(true);
  expect(isFollowed(job([scene(1), scene(2)]), 2)).toBe(false);
  expect(isFollowed(job([scene(1), scene(2)], 'parallel'), 1)).toBe(false);
});
