/** Parts of an address after the `?`: what is none of what is taken is left out. */
export function textOf(value: unknown, maxLength: number): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' && text.length <= maxLength ? text : undefined;
}

export const oneOf = <Value extends string>(value: unknown, choices: readonly Value[]): Value | undefined =>
  choices.find((choice) => choice === value);
