import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { isUnderWay } from '@/parts/status';
import { exactUsd } from '@/lib/words';
import { jobQuery } from '@/pages/video/queries';
import { Button } from '@/ui/Button';
import { buttonClass } from '@/ui/buttonClass';

interface Props {
  job: Api<'JobView'>;
}

/** What can be done with it as it stands. */
export function Actions({ job }: Props) {
  const queries = useQueryClient();
  const params = { path: { job_id: job.job_id } };
  const onSuccess = (fresh: Api<'JobView'>) => {
    queries.setQueryData(jobQuery(job.job_id).queryKey, fresh);
  };
  const cancel = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/jobs/{job_id}/cancel', { params })),
    onSuccess,
  });
  const resume = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/jobs/{job_id}/resume', { params })),
    onSuccess,
  });
  if (isUnderWay(job.status)) {
    return (
      <Button
        variant="quiet"
        busy={cancel.isPending}
        onClick={() => {
          cancel.mutate();
        }}
      >
        Cancel
      </Button>
    );
  }
  return (
    <>
      {job.status === 'completed' ? null : (
        <Button
          busy={resume.isPending}
          onClick={() => {
            resume.mutate();
          }}
        >
          {Number(job.resume_usd) ? `Resume it: ${exactUsd(Number(job.resume_usd))} for what is missing` : 'Resume it'}
        </Button>
      )}
      {job.links.video ? (
        <a className={buttonClass('primary')} href={`${job.links.video}?download=true`}>
          <Download size={18} aria-hidden />
          Download
        </a>
      ) : null}
    </>
  );
}
