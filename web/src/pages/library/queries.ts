import { infiniteQueryOptions, type InfiniteData } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { isUnderWay } from '@/parts/status';
import type { Wanted } from '@/pages/library/wanted';

const VIDEOS = 24;
const LOOK_AGAIN_MS = 5000;
/** Each look asks for all pages that are shown; of more than these only when somebody comes back to them. */
const LOOKED_AT = 3;

type Pages = InfiniteData<Api<'JobList'>>;

/** Looked at again now and then for as long as something of it is being made. */
export const libraryQuery = ({ status, category }: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['jobs', { status, category }],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET('/api/v1/jobs', {
          params: {
            query: {
              limit: VIDEOS,
              ...(status ? { status } : {}),
              ...(category ? { category } : {}),
              ...(cursor ? { cursor } : {}),
            },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) => (isLookedAt(state.data) ? LOOK_AGAIN_MS : false),
  });

function isLookedAt(data: Pages | undefined): boolean {
  const pages = data?.pages ?? [];
  return pages.length <= LOOKED_AT && pages.some((page) => page.jobs.some((job) => isUnderWay(job.status)));
}

/** Whether each of the words stands in the job's prompt. */
export function isAmong(job: Api<'JobSummary'>, words: string | undefined): boolean {
  const prompt = job.request.prompt.toLowerCase();
  return (words ?? '').toLowerCase().split(/\s+/).every((word) => prompt.includes(word));
}
