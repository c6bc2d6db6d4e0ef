import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

/** What of the month's limits is taken. */
export const usageQuery = queryOptions({
  queryKey: ['usage'],
  queryFn: () => unwrap(api.GET('/api/v1/usage')),
});
