import { expect, test } from 'vitest';
import type { Api } from '@/api/types';
import { chaptersOf } from '@/pages/video/film';

const scene = (number: number, duration_s: number, transition: string) => ({ number, prompt: 'p', duration_s, transition });

test('what two scenes share in a transition is counted once, and the last one shares nothing', () => {
  const scenes = [scene(1, 5, 'dissolve'), scene(2, 4, 'cut'), scene(3, 3, 'fade')];
  const chapters = chaptersOf({ storyboard: { scenes } } as unknown as Api<'JobView'>);
  expect(chapters.map(({ startsAt }) => startsAt)).toEqual([0, 4.5, 8.5]);
  expect(chapters.map(({ lastsFor }) => lastsFor)).toEqual([4.5, 4, 3]);
});

test('before there is a plan there are no scenes', () => {
  expect(chaptersOf({ storyboard: null } as unknown as Api<'JobView'>)).toEqual([]);
});
