import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

const ROWS = 20;

export const ledgerQuery = infiniteQueryOptions({
  queryKey: ['usage', 'ledger'],
  queryFn: ({ pageParam: cursor }) =>
    unwrap(api.GET('/api/v1/usage/ledger', { params: { query: { limit: ROWS, ...(cursor ? { cursor } : {}) } } })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});
