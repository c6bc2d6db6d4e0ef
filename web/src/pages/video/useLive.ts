import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Api } from '@/api/types';
import { jobQuery } from '@/pages/video/queries';

type Progress = Api<'ProgressView'>;

const CHANGES = [
  'job.created',
  'job.planned',
  'job.stage_changed',
  'job.resumed',
  'job.completed',
  'job.failed',
  'job.canceled',
  'scene.changed',
  'cost.changed',
] as const;

const AGAIN_MS = 2000;

interface Live {
  progress: Progress | null;
  /** The stream is cut, and is being opened again. */
  isLost: boolean;
}

/** Follows a job that is under way: what has changed is asked for, and its progress is told at once. */
export function useLive(jobId: string, isUnderWay: boolean): Live {
  const queries = useQueryClient();
  const [live, setLive] = useState<Live>({ progress: null, isLost: false });
  const [opened, setOpened] = useState(0);
  useEffect(() => {
    if (!isUnderWay) return undefined;
    let isOver = false;
    const stream = new EventSource(`/api/v1/jobs/${jobId}/events`);
    const look = () => void queries.invalidateQueries({ queryKey: jobQuery(jobId).queryKey, exact: true });
    for (const change of CHANGES) stream.addEventListener(change, look);
    stream.addEventListener('job.progress', (event: MessageEvent<string>) => {
      setLive({ progress: JSON.parse(event.data) as Progress, isLost: false });
    });
    stream.addEventListener('open', () => {
      setLive((former) => ({ ...former, isLost: false }));
    });
    // Chromium opens it again by itself unless it was refused: then whoever looks is asked to sign in, and it goes on.
    const openAgain = async () => {
      await queries.refetchQueries({ queryKey: jobQuery(jobId).queryKey, exact: true });
      setTimeout(() => {
        if (!isOver) setOpened((former) => former + 1);
      }, AGAIN_MS);
    };
    stream.addEventListener('error', () => {
      setLive((former) => ({ ...former, isLost: true }));
      if (stream.readyState === EventSource.CLOSED) void openAgain();
    });
    stream.addEventListener('end', () => {
      stream.close();
      look();
    });
    return () => {
      isOver = true;
      stream.close();
      setLive({ progress: null, isLost: false });
    };
  }, [jobId, isUnderWay, queries, opened]);
  return live;
}
