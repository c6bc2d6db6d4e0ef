import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Player } from '@/parts/Player';
import { isUnderWay } from '@/parts/status';
import { Actions } from '@/pages/video/Actions';
import { Details } from '@/pages/video/Details';
import { Ending } from '@/pages/video/Ending';
import { chaptersOf, filmOf } from '@/pages/video/film';
import { jobQuery } from '@/pages/video/queries';
import { Progress } from '@/pages/video/Progress';
import { SceneTiles } from '@/pages/video/SceneTiles';
import { useLive } from '@/pages/video/useLive';
import { PageTitle } from '@/ui/PageTitle';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import styles from '@/pages/video/VideoPage.module.css';

/** One video: how it is being made, and what it has become. */
export function VideoPage() {
  const { jobId } = useParams({ from: '/members/videos/$jobId' });
  const { data: job, error, refetch } = useQuery(jobQuery(jobId));
  const isGoing = job ? isUnderWay(job.status) : false;
  const live = useLive(jobId, isGoing);
  const film = job ? filmOf(job) : null;
  if (!job) {
    return (
      <>
        <PageTitle title="Your video" />
        {error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Skeleton label="Loading the video" lines={8} />}
      </>
    );
  }
  return (
    <div className={styles.page}>
      <PageTitle
        title={job.storyboard?.title ?? 'Your video'}
        lead={job.request.prompt}
        actions={<Actions job={job} />}
      />
      {isGoing ? <Progress job={job} progress={live.progress ?? job.progress} isLost={live.isLost} /> : null}
      <Ending job={job} />
      {film ? <Player film={film} chapters={chaptersOf(job)} /> : null}
      <SceneTiles job={job} />
      {isGoing ? null : <Details job={job} />}
    </div>
  );
}
