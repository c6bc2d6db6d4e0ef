import { MutationCache, QueryClient } from '@tanstack/react-query';
import { ProblemError, problemOf } from '@/api/problem';
import { session } from '@/session/session';
import { tellProblem } from '@/ui/toasts';

/** What is asked again by itself: a lost connection, and a service that is away; never what was refused. */
function mayPass(error: unknown): boolean {
  return error instanceof ProblemError && (error.problem.status === 0 || error.problem.status >= 502);
}

/** `meta: { quiet: true }`: the page tells this mutation's problem itself. */
const mutations = new MutationCache({
  onError: (error, _variables, _context, mutation) => {
    if (mutation.meta?.quiet !== true) tellProblem(problemOf(error));
  },
});

export const queries = new QueryClient({
  mutationCache: mutations,
  defaultOptions: {
    queries: { retry: (failures, error) => failures < 3 && mayPass(error), staleTime: 15_000 },
    mutations: { retry: false, networkMode: 'always' },
  },
});

// Signed out, or in again: whoever shows a name looks again.
session.subscribe(() => void queries.invalidateQueries({ queryKey: ['me'] }));
