import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { modelsQuery } from '@/api/queries/models';
import type { Api } from '@/api/types';
import { timeLeft } from '@/pages/video/timeLeft';

const LOOK_MS = 15_000;

interface Props {
  job: Api<'JobView'>;
}

/** In words that change when something is made, not with the clock; looked at again for what takes too long. */
export function TimeLeft({ job }: Props) {
  const { data, isPending } = useQuery(modelsQuery);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const looking = setInterval(() => {
      setNow(Date.now());
    }, LOOK_MS);
    return () => {
      clearInterval(looking);
    };
  }, []);
  if (isPending) return null;
  return <p>{timeLeft(job, data?.video.find(({ name }) => name === job.request.model), now)}</p>;
}
