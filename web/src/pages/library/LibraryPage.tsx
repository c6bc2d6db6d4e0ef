import { useNavigate, useSearch } from '@tanstack/react-router';
import { Clapperboard } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { deletions } from '@/pages/library/deletions';
import { Filters } from '@/pages/library/Filters';
import { useVideos } from '@/pages/library/useVideos';
import { VideoCard } from '@/pages/library/VideoCard';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { LinkButton } from '@/ui/LinkButton';
import { PageTitle } from '@/ui/PageTitle';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import styles from '@/pages/library/LibraryPage.module.css';

/** Every video, newest first. What is sought stands in the address. */
export function LibraryPage() {
  const wanted = useSearch({ from: '/members/library' });
  const navigate = useNavigate({ from: '/library' });
  const gone = useSyncExternalStore(deletions.subscribe, deletions.gone);
  const { jobs, isSeeking, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useVideos(wanted, gone);
  const isFiltered = Boolean(wanted.status ?? wanted.category ?? wanted.words);
  return (
    <>
      <PageTitle title="Library" lead="Your videos, newest first." actions={<LinkButton to="/create">New video</LinkButton>} />
      <Filters wanted={wanted} onChange={(next) => void navigate({ search: next, replace: true })} />
      {error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {(!jobs || isSeeking) && !error ? <Skeleton label="Loading your videos" lines={6} /> : null}
      {jobs?.length === 0 && !isSeeking && !error ? (
        <EmptyState
          title={isFiltered ? 'Nothing like that' : 'No videos yet'}
          icon={<Clapperboard size={40} aria-hidden />}
          action={isFiltered ? null : <LinkButton to="/create">Make the first one</LinkButton>}
        >
          {isFiltered ? 'Look for something else, or look at all of them.' : 'Say what it is about; the plan and the price come before anything is spent.'}
        </EmptyState>
      ) : null}
      {jobs && jobs.length > 0 ? (
        <ul className={styles.grid}>
          {jobs.map((job) => (
            <VideoCard key={job.job_id} job={job} />
          ))}
        </ul>
      ) : null}
      {hasNextPage && !isSeeking ? (
        <Button variant="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Older videos
        </Button>
      ) : null}
    </>
  );
}
