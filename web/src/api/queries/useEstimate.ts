import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { useDebounced } from '@/lib/useDebounced';

/** The exact price of an order, a moment after it was last changed; null: it cannot be ordered yet. */
export function useEstimate(order: Api<'JobOrder'> | null) {
  const body = useDebounced(order === null ? null : JSON.stringify(order));
  return useQuery({
    queryKey: ['estimate', body],
    queryFn: ({ signal }) => {
      const asked = JSON.parse(body ?? '{}') as Api<'JobOrder'>;
      return unwrap(api.POST('/api/v1/estimates', { body: asked, signal }));
    },
    enabled: body !== null,
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
  });
}
