import type { Api } from '@/api/types';

export const CATEGORIES: readonly { value: Api<'Category'>; label: string; hint: string }[] = [
  { value: 'ad-creative', label: 'Ad', hint: 'Opens strong, ends on what to do' },
  { value: 'music-video', label: 'Music video', hint: 'Pictures that follow a piece' },
  { value: 'explainer', label: 'Explainer', hint: 'One thought after the other' },
];

export const EXAMPLES: Record<Api<'Category'>, readonly string[]> = {
  'ad-creative': [
    'A 15 second ad for a mountain coffee brand, warm and unhurried',
    'Trail shoes that grip on wet rock, shot at dawn in a pine forest',
    'A small bakery opens its doors: flour, fire, the first loaf',
  ],
  'music-video': [
    'Neon rain on an empty city, a dancer crosses it alone',
    'A slow drive along the coast as the light turns gold',
    'Paper birds fold themselves and leave through a window',
  ],
  explainer: [
    'How a rainbow is made, from the sun to the eye',
    'Why bread rises: yeast, warmth and patience',
    'What a bank does with the money that you bring',
  ],
};

export const ASPECTS: readonly { value: Api<'AspectRatio'>; label: string; hint: string }[] = [
  { value: '16:9', label: '16:9', hint: 'Wide' },
  { value: '9:16', label: '9:16', hint: 'Upright' },
  { value: '1:1', label: '1:1', hint: 'Square' },
  { value: '4:3', label: '4:3', hint: 'Classic' },
  { value: '3:4', label: '3:4', hint: 'Portrait' },
];

export const STYLES = ['cinematic', 'hand-drawn', 'paper cut-out', '35mm film', 'clay animation', 'minimal poster'];
export const TONES = ['warm', 'playful', 'calm', 'bold', 'dreamy', 'serious'];
