import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { jobQuery } from '@/pages/video/queries';
import { tell } from '@/ui/toasts';

interface Retake {
  kind: 'regenerate';
  prompt?: string;
  cascade: boolean;
}

interface Choice {
  kind: 'choose';
  take: number;
  cascade: boolean;
}

/** Another round of an ended video: a scene is made anew, or another take of it chosen. */
export function useRound(jobId: string, number: number, onBegun: () => void) {
  const queries = useQueryClient();
  const params = { path: { job_id: jobId, number } };
  return useMutation({
    mutationFn: ({ kind, ...body }: Retake | Choice) =>
      kind === 'choose'
        ? unwrap(api.POST('/api/v1/jobs/{job_id}/scenes/{number}/choose', { params, body: body as Api<'ChoiceOrder'> }))
        : unwrap(api.POST('/api/v1/jobs/{job_id}/scenes/{number}/regenerate', { params, body: body })),
    onSuccess: (fresh, { kind }) => {
      queries.setQueryData(jobQuery(jobId).queryKey, fresh);
      tell(
        kind === 'choose' ? 'The video is put together anew' : `Scene ${String(number)} is being made anew`,
        'What is there is kept, and costs nothing.',
      );
      onBegun();
    },
  });
}
