/** `1.5` as `$1.50`; amounts below a cent keep what they have, up to a ten-thousandth. */
export function formatUsd(amount: number | string): string {
  const value = Number(amount);
  const isSmall = value !== 0 && Math.abs(value) < 0.01;
  return value.toLocaleString('en-US', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: isSmall ? 4 : 2,
  });
}

/** `0.075` as `$0.075`: what is paid, to the last digit. */
export const exactUsd = (amount: number | string): string =>
  Number(amount).toLocaleString('en-US', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  });

/** Whole cents that are not less: `0.28125` as `0.29`. What is allowed to be spent is typed so. */
export const upToCents = (amount: string): string => (Math.ceil(Number(amount) * 100 - 1e-6) / 100).toFixed(2);

const inUtc = (date: string, options: Intl.DateTimeFormatOptions): string =>
  new Date(date).toLocaleDateString('en-GB', { timeZone: 'UTC', ...options });

/** `1 December 2026` */
export const formatDay = (date: string): string => inUtc(date, { day: 'numeric', month: 'long', year: 'numeric' });

/** `2026-11` as `November 2026` */
export const formatMonth = (month: string): string => inUtc(`${month}-01`, { month: 'long', year: 'numeric' });

/** In the reader's own time: `28 Nov 2026, 07:45` */
export const formatMoment = (date: string): string =>
  new Date(date).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** Seconds as a player shows them: `65.4` as `1:05`. */
export const clockTime = (seconds: number): string =>
  `${String(Math.floor(seconds / 60))}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
