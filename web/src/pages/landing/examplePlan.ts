export interface ExampleScene {
  number: number;
  words: string;
  state: 'ready' | 'generating' | 'queued';
  tone: 'dawn' | 'steam' | 'ridge' | 'cup';
}

/** What a plan looks like: shown as an example on the first page, never as somebody's. */
export const EXAMPLE: { prompt: string; price: string; scenes: readonly ExampleScene[] } = {
  prompt: 'A 15 second ad for a mountain coffee brand, warm and unhurried',
  price: '$0.38',
  scenes: [
    { number: 1, words: 'First light on a ridge, mist in the valley', state: 'ready', tone: 'dawn' },
    { number: 2, words: 'Beans fall into an old hand mill', state: 'ready', tone: 'ridge' },
    { number: 3, words: 'Steam curls up from an enamel cup', state: 'generating', tone: 'steam' },
    { number: 4, words: 'Two hands around it, the summit beyond', state: 'queued', tone: 'cup' },
  ],
};
