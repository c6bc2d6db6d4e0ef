import type { Api } from '@/api/types';
import { Poster } from '@/pages/library/Poster';
import { formatMoment, formatUsd } from '@/pages/usage/words';
import { Card } from '@/ui/Card';
import styles from '@/pages/library/VideoCard.module.css';

interface Props {
  job: Api<'JobSummary'>;
}

export function VideoCard({ job }: Props) {
  const { prompt, duration_s: seconds, aspect_ratio: aspect } = job.request;
  return (
    <Card as="li" className={styles.card ?? ''}>
      <Poster job={job} />
      <div className={styles.words}>
        <h2 className={styles.title}>
          <a href={`/videos/${job.job_id}`} className={styles.link}>
            {prompt}
          </a>
        </h2>
        <p className={styles.muted}>
          {seconds} s · {aspect} · {formatUsd(job.cost.spent_usd ?? '0')} · {formatMoment(job.created_at)}
        </p>
      </div>
    </Card>
  );
}
