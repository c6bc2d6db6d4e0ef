import { queryOptions, useQuery } from '@tanstack/react-query';
import { session } from '@/session/session';

/** For pages that everybody may see: where nobody has been signed in, nobody is asked. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: session.stay,
  staleTime: 60_000,
  initialData: () => (session.mayBeSignedIn() ? undefined : null),
  refetchOnWindowFocus: session.mayBeSignedIn,
});

/** Who is signed in; `data` null: nobody. */
export const useMe = () => useQuery(meQuery);
