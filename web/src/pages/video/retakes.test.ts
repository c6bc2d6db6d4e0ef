import { expect, test } from 'vitest';
import type { Api } from '@/api/types';
import { isFollowed, priceRound } from '@/pages/video/retakes';

const scene = (number: number, isMade = true): Api<'SceneView'> =>
  ({ number, take: 1, retake_usd: '0.15', takes: isMade ? [{ take: 1 }] : [] }) as unknown as Api<'SceneView'>;

const job = (scenes: Api<'SceneView'>[], continuity = 'chained', resume_usd: string | null = null): Api<'JobView'> =>
  ({ request: { continuity }, scenes, resume_usd }) as unknown as Api<'JobView'>;

test('another take costs its clip, and with those that follow each of theirs', () => {
  const whole = job([scene(1), scene(2), scene(3)]);
  expect(priceRound(whole, { number: 2, isNew: true })).toBeCloseTo(0.15);
  expect(priceRound(whole, { number: 2, isNew: true, cascade: true })).toBeCloseTo(0.3);
});

test('a take that is there costs nothing', () => {
  expect(priceRound(job([scene(1), scene(2)]), { number: 1 })).toBe(0);
});

test('what is missing is made, whatever the round is for', () => {
  const half = job([scene(1), scene(2, false)], 'chained', '0.25');
  expect(priceRound(half, {})).toBeCloseTo(0.25);
  expect(priceRound(half, { number: 1, isNew: true })).toBeCloseTo(0.4);
  expect(priceRound(half, { number: 1, isNew: true, cascade: true })).toBeCloseTo(0.4);
});

test('a scene that goes back to a take needs none, one that is made anyway is paid once', () => {
  const half = job([scene(1), scene(2, false)], 'chained', '0.25');
  expect(priceRound(half, { number: 2 })).toBeCloseTo(0.1);
  expect(priceRound(half, { number: 2, isNew: true })).toBeCloseTo(0.25);
});

test('a model that is offered no more has no price', () => {
  expect(priceRound(job([{ ...scene(1), retake_usd: null }]), { number: 1, isNew: true })).toBeNull();
});

test('only in a chain scenes follow', () => {
  expect(isFollowed(job([scene(1), scene(2)]), 1)).toBe(true);
  expect(isFollowed(job([scene(1), scene(2)]), 2)).toBe(false);
  expect(isFollowed(job([scene(1), scene(2)], 'parallel'), 1)).toBe(false);
});
