import { expect, test } from 'vitest';
import { clockTime, exactUsd, formatDay, formatMonth, formatUsd, upToCents } from '@/lib/words';

test.each([
  ['0', '$0.00'],
  ['1.5', '$1.50'],
  ['1234.567', '$1,234.57'],
  ['0.0042', '$0.0042'],
  ['-0.25', '-$0.25'],
])('%s USD is %s', (amount, words) => {
  expect(formatUsd(amount)).toBe(words);
});

test('a month begins at midnight UTC, wherever its reader is', () => {
  expect(formatDay('2026-12-01T00:00:00.000000Z')).toBe('1 December 2026');
  expect(formatMonth('2026-11')).toBe('November 2026');
});

test.each([
  ['0.28125', '0.29'],
  ['0.29', '0.29'],
  ['1', '1.00'],
])('of %s USD no cent is missing in %s', (amount, cents) => {
  expect(upToCents(amount)).toBe(cents);
});

test.each([
  ['0.075', '$0.075'],
  ['0.28', '$0.28'],
  ['0.000001', '$0.000001'],
])('%s USD is exactly %s', (amount, words) => {
  expect(exactUsd(amount)).toBe(words);
});

test.each([
  [0, '0:00'],
  [65.4, '1:05'],
  [179.99, '2:59'],
])('%s seconds are shown as %s', (seconds, words) => {
  expect(clockTime(seconds)).toBe(words);
});
