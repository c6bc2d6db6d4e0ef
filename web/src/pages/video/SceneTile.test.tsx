import { render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import type { Api } from '@/api/types';
import { SceneTile } from '@/pages/video/SceneTile';

const planned = { number: 1, prompt: 'a boat', narration: '' } as Api<'PlannedScene'>;
const going = { status: 'generating' } as Api<'JobView'>;

function scene(hasClip: boolean): Api<'SceneView'> {
  const takes = hasClip ? [{ take: 1, prompt: 'a boat', links: { clip: '/clip' } }] : [];
  return { number: 1, state: hasClip ? 'ingested' : 'generating', take: 1, problem: null, retake_usd: null, takes };
}

const tile = (hasClip: boolean) => <SceneTile job={going} planned={planned} scene={scene(hasClip)} />;
const plays = () => screen.getByLabelText<HTMLVideoElement>('Scene 1').autoplay;

test('a clip that was waited for plays as soon as it is there', () => {
  const { rerender } = render(tile(false));
  rerender(tile(true));
  expect(plays()).toBe(true);
});

test('one that was there before does not', () => {
  render(tile(true));
  expect(plays()).toBe(false);
});

test('nothing moves by itself for whoever wants no motion', () => {
  vi.spyOn(globalThis, 'matchMedia').mockReturnValue({ matches: true } as MediaQueryList);
  const { rerender } = render(tile(false));
  rerender(tile(true));
  expect(plays()).toBe(false);
});
