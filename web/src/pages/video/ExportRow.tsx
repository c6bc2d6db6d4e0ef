import { useQuery } from '@tanstack/react-query';
import { exportQuery } from '@/pages/video/queries';
import { buttonClass } from '@/ui/buttonClass';
import { ProblemNotice } from '@/ui/ProblemNotice';
import styles from '@/pages/video/Details.module.css';

interface Props {
  jobId: string;
  exportId: string;
}

export function ExportRow({ jobId, exportId }: Props) {
  const { data, error } = useQuery(exportQuery(jobId, exportId));
  if (error && !data) return <ProblemNotice error={error} />;
  const words = data ? `${data.format} ${data.aspect_ratio ?? ''} ${data.resolution}` : 'Asking …';
  return (
    <li className={styles.row}>
      <span>{words}</span>
      {data?.status === 'completed' && data.links.file ? (
        <a className={buttonClass('quiet')} href={`${data.links.file}?download=true`}>
          Download
        </a>
      ) : (
        <span role="status">{Math.round((data?.progress ?? 0) * 100)} %</span>
      )}
    </li>
  );
}
