import { Link } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Api } from '@/api/types';
import { deletions } from '@/pages/library/deletions';
import { Poster } from '@/pages/library/Poster';
import { prefersStillness } from '@/lib/motion';
import { isUnderWay } from '@/parts/status';
import { formatMoment, formatUsd } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import styles from '@/pages/library/VideoCard.module.css';

interface Props {
  job: Api<'JobSummary'>;
}

/** It plays while somebody points at it, or has come to it by keys. */
export function VideoCard({ job }: Props) {
  const [isPlaying, setIsPlaying] = useState(false);
  const { prompt, duration_s: seconds, aspect_ratio: aspect } = job.request;
  const play = () => {
    setIsPlaying(!prefersStillness());
  };
  const stop = () => {
    setIsPlaying(false);
  };
  return (
    <Card
      as="li"
      className={styles.card ?? ''}
      onPointerEnter={play}
      onPointerLeave={stop}
      onFocus={play}
      onBlur={stop}
    >
      <Poster job={job} isPlaying={isPlaying} />
      <div className={styles.words}>
        <h2 className={styles.title}>
          <Link to="/videos/$jobId" params={{ jobId: job.job_id }} className={styles.link ?? ''}>
            {prompt}
          </Link>
        </h2>
        {isUnderWay(job.status) ? null : (
          <Button
            variant="ghost"
            className={styles.delete ?? ''}
            aria-label={`Delete ${prompt}`}
            onClick={() => {
              deletions.begin(job.job_id);
            }}
          >
            <Trash2 size={18} aria-hidden />
          </Button>
        )}
        <p className={styles.muted}>
          {seconds} s · {aspect} · {formatUsd(job.cost.spent_usd ?? '0')} · {formatMoment(job.created_at)}
        </p>
      </div>
    </Card>
  );
}
