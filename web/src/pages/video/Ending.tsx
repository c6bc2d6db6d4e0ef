import type { Api } from '@/api/types';
import { ProblemError } from '@/api/problem';
import { ProblemNotice } from '@/ui/ProblemNotice';

interface Props {
  job: Api<'JobView'>;
}

/** Why there is no video, where there is none; nothing else. */
export function Ending({ job }: Props) {
  if (job.problem) return <ProblemNotice error={new ProblemError({ ...job.problem, title: 'Failed', status: 0 })} />;
  if (job.status === 'canceled') return <p>It was canceled. What was made is kept: resuming it pays for the rest only.</p>;
  if (job.media_removed_at) return <p>Its files were kept as long as the plan says, and are gone. The receipt stays.</p>;
  return null;
}
