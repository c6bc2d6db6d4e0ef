import { expect, test } from 'vitest';
import type { Api } from '@/api/types';
import { budgetProblem, fitTo, NEW_DRAFT, promptProblem, toOrder } from '@/pages/create/draft';

const NARROW: Api<'VideoModelView'> = {
  name: 'a/narrow',
  is_default: false,
  durations_s: [6, 10],
  aspect_ratios: ['16:9'],
  resolutions: [{ resolution: '1080p', delivered: '1080p', price_usd_per_s: '0.08' }],
  takes: [],
  needs_start_frame: false,
  typical_latency_s: 30,
  retires_on: null,
};

test('a model gets no more than it can do', () => {
  const draft = { ...NEW_DRAFT, aspect: '9:16', continuity: 'chained', avoid: 'text' } as const;
  expect(fitTo(draft, NARROW)).toMatchObject({
    model: 'a/narrow',
    aspect: '16:9',
    resolution: '1080p',
    continuity: 'parallel',
    avoid: '',
  });
});

test('what was left empty is not ordered, and captions need something said', () => {
  const order = toOrder({ ...NEW_DRAFT, prompt: ' a boat at sea ', burnCaptions: true }, NARROW);
  expect(order).toMatchObject({ prompt: 'a boat at sea', captions: false, burn_captions: false });
  for (const name of ['style', 'negative_prompt', 'voice', 'end_card', 'reference_image']) expect(order).not.toHaveProperty(name);
});

test('style and tone are told together', () => {
  expect(toOrder({ ...NEW_DRAFT, style: 'noir', tone: 'calm' }, NARROW).style).toBe('noir, calm');
});

test.each([
  ['', undefined],
  ['0.5', undefined],
  ['0.37', 'The video costs $0.38 as it is.'],
  ['a lot', 'An amount in dollars, such as 1.50.'],
])('a budget of %j', (budget, problem) => {
  expect(budgetProblem(budget, '0.38')).toBe(problem);
});

test('a prompt has its limits', () => {
  expect(promptProblem('too short')).toMatch(/at least 10/);
  expect(promptProblem('x'.repeat(2001))).toMatch(/more than 2000/);
  expect(promptProblem('a boat at sea')).toBeUndefined();
});
