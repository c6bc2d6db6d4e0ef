import { queryOptions, useQuery } from '@tanstack/react-query';
import { session } from '@/session/session';

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: session.lookUp, staleTime: 60_000 });

/** Who is signed in; `data` null: nobody. */
export const useMe = () => useQuery(meQuery);
