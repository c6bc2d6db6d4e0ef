import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';

/** Orders a video. The key makes a repeated press, or a lost answer, the same order. */
export function useOrder(onOrdered: (job: Api<'JobView'>) => void) {
  const queries = useQueryClient();
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ order, key }: { order: Api<'JobOrder'>; key: string }) =>
      unwrap(api.POST('/api/v1/jobs', { body: order, params: { header: { 'idempotency-key': key } } })),
    onSuccess: (job) => {
      void queries.invalidateQueries({ queryKey: ['usage'] });
      void queries.invalidateQueries({ queryKey: ['jobs'] });
      queries.setQueryData(['job', job.job_id], job);
      onOrdered(job);
    },
  });
}
