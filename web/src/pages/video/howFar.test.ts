import { expect, test } from 'vitest';
import type { Api } from '@/api/types';
import { howFar } from '@/pages/video/howFar';

function job(status: string, states: string[]) {
  const scenes = states.map((state, index) => ({ number: index + 1, state }));
  return { status, scenes, storyboard: { scenes } } as unknown as Api<'JobView'>;
}

test.each([
  ['planning', [], 'planning', 0, 0],
  ['generating', ['queued', 'generating'], 'generating', 0, 5],
  ['generating', ['ingested', 'generating'], 'generating', 0, 43],
  ['generating', ['prepared', 'ingested'], 'generating', 0, 80],
  // What the stage before said is no word of this one.
  ['composing', ['prepared', 'prepared'], 'generating', 1, 80],
  ['composing', ['prepared', 'prepared'], 'composing', 0.5, 90],
])('%s with %j, %s at %d: %d %%', (status, states, stage, fraction, percent) => {
  expect(Math.round(100 * howFar(job(status, states), { stage, fraction }))).toBe(percent);
});
