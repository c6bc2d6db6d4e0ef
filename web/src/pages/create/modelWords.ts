import type { Api } from '@/api/types';
import { formatDay } from '@/lib/words';

/** `Seedance 1 pro fast (bytedance), from $0.015 a second` */
export function modelTitle(model: Api<'VideoModelView'>): string {
  const [maker = '', name = ''] = model.name.split('/');
  const words = name.replaceAll('-', ' ');
  const cheapest = [...model.resolutions].sort((a, b) => Number(a.price_usd_per_s) - Number(b.price_usd_per_s))[0];
  const price = cheapest ? `, from $${cheapest.price_usd_per_s} a second` : '';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} (${maker})${price}`;
}

/** What a model can do and what it cannot, a sentence each. */
export function modelFacts(model: Api<'VideoModelView'>): string[] {
  const lengths = model.durations_s;
  const isAny = lengths.length > 3 && lengths.at(-1) === (lengths[0] ?? 0) + lengths.length - 1;
  const clips = isAny ? `${String(lengths[0])} to ${String(lengths.at(-1))}` : lengths.join(', ').replace(/, (\d+)$/, ' or $1');
  const facts = [`Clips of ${clips} seconds`, `A clip takes about ${model.typical_latency_s} seconds`];
  if (model.takes.includes('seed')) facts.push('The same seed makes the same clip again');
  if (!model.takes.includes('start_frame')) facts.push('Cannot begin where another scene ends');
  if (model.needs_start_frame) facts.push('Begins with a picture of yours');
  if (model.retires_on) facts.push(`Goes on ${formatDay(model.retires_on)}`);
  return facts;
}
