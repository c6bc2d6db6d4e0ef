import type { Api } from '@/api/types';
import { upToCents } from '@/lib/words';

/** An order as somebody types it. Kept in the browser until it is placed. */
export interface Draft {
  prompt: string;
  category: Api<'Category'>;
  seconds: number;
  aspect: Api<'AspectRatio'>;
  resolution: Api<'Resolution'>;
  model: string;
  style: string;
  tone: string;
  avoid: string;
  continuity: Api<'Continuity'>;
  music: boolean;
  narration: boolean;
  voice: string;
  captions: boolean;
  burnCaptions: boolean;
  endCard: string;
  budget: string;
  reference: string;
}

export const DRAFT_KEY = 'omnigen.draft.order';

/** Where the budget of a plan is kept: it comes along from the order to the storyboard. */
export const budgetKey = (planId: string): string => `omnigen.draft.${planId}.budget`;

export const NEW_DRAFT: Draft = {
  prompt: '',
  category: 'ad-creative',
  seconds: 15,
  aspect: '16:9',
  resolution: '720p',
  model: '',
  style: '',
  tone: '',
  avoid: '',
  continuity: 'parallel',
  music: true,
  narration: false,
  voice: '',
  captions: true,
  burnCaptions: false,
  endCard: '',
  budget: '',
  reference: '',
};

export const PROMPT_LENGTH = { least: 10, most: 2000 } as const;

export const findModel = (catalogue: Api<'CatalogueView'>, name: string): Api<'VideoModelView'> | undefined =>
  catalogue.video.find((model) => model.name === name) ?? catalogue.video.find((model) => model.is_default);

/** The draft with what the model cannot do replaced by the nearest that it can: another shape or size, no more. */
export function fitTo(draft: Draft, model: Api<'VideoModelView'>): Draft {
  const sizes = model.resolutions.map((offer) => offer.resolution);
  return {
    ...draft,
    model: model.name,
    aspect: model.aspect_ratios.includes(draft.aspect) ? draft.aspect : (model.aspect_ratios[0] ?? '16:9'),
    resolution: sizes.includes(draft.resolution) ? draft.resolution : (sizes[0] ?? '720p'),
    continuity: model.takes.includes('start_frame') ? draft.continuity : 'parallel',
    avoid: model.takes.includes('negative_prompt') ? draft.avoid : '',
  };
}

type Order = Omit<Api<'StoryboardOrder'>, 'fresh'>;

/** The body of POST storyboards, or of POST jobs but for the budget. */
export function toOrder(draft: Draft, model: Api<'VideoModelView'>): Order {
  const look = [draft.style.trim(), draft.tone.trim()].filter(Boolean).join(', ');
  return {
    prompt: draft.prompt.trim(),
    category: draft.category,
    duration_s: draft.seconds,
    aspect_ratio: draft.aspect,
    resolution: draft.resolution,
    model: model.name as NonNullable<Order['model']>,
    continuity: draft.continuity,
    music: draft.music,
    narration: draft.narration,
    captions: draft.narration && draft.captions,
    burn_captions: draft.narration && draft.captions && draft.burnCaptions,
    ...(look ? { style: look.slice(0, 200) } : {}),
    ...(draft.avoid.trim() ? { negative_prompt: draft.avoid.trim() } : {}),
    ...(draft.narration && draft.voice ? { voice: draft.voice } : {}),
    ...(draft.endCard.trim() ? { end_card: { text: draft.endCard.trim(), duration_s: 3 } } : {}),
    ...(draft.reference ? { reference_image: draft.reference } : {}),
  } as Order;
}

/** What the prompt still lacks; undefined: nothing. */
export function promptProblem(prompt: string): string | undefined {
  const length = prompt.trim().length;
  if (length < PROMPT_LENGTH.least) return `Say a little more: at least ${PROMPT_LENGTH.least} characters.`;
  if (length > PROMPT_LENGTH.most) return `That is more than ${PROMPT_LENGTH.most} characters.`;
  return undefined;
}

/** A budget must reach the price, or nothing could be made with it. */
export function budgetProblem(budget: string, totalUsd: string | undefined): string | undefined {
  const text = budget.trim();
  if (!text) return undefined;
  if (!/^\d{1,5}(\.\d{1,6})?$/.test(text)) return 'An amount in dollars, such as 1.50.';
  if (totalUsd !== undefined && Number(text) < Number(totalUsd)) return `The video costs $${upToCents(totalUsd)} as it is.`;
  return undefined;
}
