import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/models'))) as Api<'CatalogueView'>,
  staleTime: 10 * 60_000,
});
