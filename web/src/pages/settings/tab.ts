import { oneOf } from '@/lib/search';

const TABS = ['keys', 'webhooks', 'plan'] as const;

/** Which tab is open, as the address says it. */
export const readTab = (search: Record<string, unknown>) => ({ tab: oneOf(search.tab, TABS) });
