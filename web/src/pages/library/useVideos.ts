import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { isAmong, libraryQuery } from '@/pages/library/queries';
import type { Wanted } from '@/pages/library/wanted';

/**
 * The videos that are wanted, as far as they were asked for. The API knows nothing of words, and a page of it may hold
 * less than there is: while nothing is found, and for words, the next page is asked for by itself.
 */
export function useVideos(wanted: Wanted, gone: ReadonlySet<string>) {
  const asked = useInfiniteQuery(libraryQuery(wanted));
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = asked;
  const jobs = data?.pages
    .flatMap((page) => page.jobs)
    .filter((job) => isAmong(job, wanted.words) && !gone.has(job.job_id));
  const isSeeking = hasNextPage && !isError && (wanted.words !== undefined || jobs?.length === 0);
  useEffect(() => {
    if (isSeeking && !isFetching) void fetchNextPage();
    // With each page again: between two that come at once nothing else may have changed.
  }, [isSeeking, isFetching, data, fetchNextPage]);
  return { ...asked, jobs, isSeeking };
}
