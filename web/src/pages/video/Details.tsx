import type { Api } from '@/api/types';
import { Credentials } from '@/parts/credentials/Credentials';
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
  const { video } = job.links;
  if (!video) return <Tabs label="More of this video" tabs={[receipt]} />;
  const tabs: Tab[] = [
    { value: 'exports', label: 'Other forms', content: <Exports jobId={job.job_id} /> },
    { value: 'shares', label: 'Share', content: <Shares jobId={job.job_id} /> },
    receipt,
    { value: 'origin', label: 'Origin', content: <Credentials file={video} version={job.updated_at} /> },
  ];
  return <Tabs label="More of this video" tabs={tabs} />;
}
