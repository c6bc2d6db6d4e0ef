import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

const of = (jobId: string) => ({ params: { path: { job_id: jobId } } });

export const jobQuery = (jobId: string) =>
  queryOptions({
    queryKey: ['job', jobId],
    queryFn: () => unwrap(api.GET('/api/v1/jobs/{job_id}', of(jobId))),
  });

export const receiptQuery = (jobId: string) =>
  queryOptions({
    queryKey: ['job', jobId, 'receipt'],
    queryFn: () => unwrap(api.GET('/api/v1/jobs/{job_id}/receipt', of(jobId))),
  });

export const sharesQuery = (jobId: string) =>
  queryOptions({
    queryKey: ['job', jobId, 'shares'],
    queryFn: () => unwrap(api.GET('/api/v1/jobs/{job_id}/shares', of(jobId))),
  });

const ASK_AGAIN_MS = 1500;

/** Looked at until it is made. */
export const exportQuery = (jobId: string, exportId: string) =>
  queryOptions({
    queryKey: ['job', jobId, 'exports', exportId],
    queryFn: () =>
      unwrap(
        api.GET('/api/v1/jobs/{job_id}/exports/{export_id}', {
          params: { path: { job_id: jobId, export_id: exportId } },
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.status === 'completed' ? false : ASK_AGAIN_MS),
  });
