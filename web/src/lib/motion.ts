/** Whether whoever looks wants nothing to move by itself. */
export const prefersStillness = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
