import type { Api } from '@/api/types';
import { Exports } from '@/pages/video/Exports';
import { Receipt } from '@/pages/video/Receipt';
import { Shares } from '@/pages/video/Shares';
import { Tabs, type Tab } from '@/ui/Tabs';

interface Props {
  job: Api<'JobView'>;
}

/** What there is beside an ended job's video. */
export function Details({ job }: Props) {
  const receipt: Tab = { value: 'receipt', label: 'Receipt', content: <Receipt jobId={job.job_id} /> };
  const ofVideo: Tab[] = [
    { value: 'exports', label: 'Other forms', content: <Exports jobId={job.job_id} /> },
    { value: 'shares', label: 'Share', content: <Shares jobId={job.job_id} /> },
  ];
  return <Tabs label="More of this video" tabs={job.links.video ? [...ofVideo, receipt] : [receipt]} />;
}
