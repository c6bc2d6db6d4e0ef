import type { Api } from '@/api/types';

/** What was ordered, as an order with other scenes: what is not changed in it is not paid for again. */
export function orderAgain(
  request: Api<'RequestView'>,
  storyboard: Api<'StoryboardBody'>,
  model: Api<'VideoModelView'> | undefined,
): Api<'JobOrder'> {
  const { prompt, category, aspect_ratio, resolution, continuity, music, music_model, narration, speech_model } = request;
  return {
    prompt,
    category,
    aspect_ratio,
    resolution,
    continuity,
    music,
    music_model,
    narration,
    speech_model,
    model: request.model,
    captions: request.captions,
    burn_captions: request.burn_captions,
    storyboard,
    ...(request.style ? { style: request.style } : {}),
    ...(request.negative_prompt ? { negative_prompt: request.negative_prompt } : {}),
    ...(request.voice ? { voice: request.voice } : {}),
    ...(request.end_card ? { end_card: { text: request.end_card.text, duration_s: request.end_card.frames / 30 } } : {}),
    ...(model?.takes.includes('seed') ? { seed: request.seed } : {}),
    ...(request.reference_image ? { reference_image: request.reference_image } : {}),
    ...(request.logo ? { logo: request.logo } : {}),
  } as Api<'JobOrder'>;
}
