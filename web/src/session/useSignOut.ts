import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { session } from '@/session/session';

/** Ends this browser's session (or, `everywhere`, all of the user's), then leaves by the sign-in page's own way out. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (everywhere: boolean) => unwrap(api.POST('/api/v1/auth/logout', { body: { everywhere } })),
    onSuccess: ({ logout_url }) => {
      session.giveUp();
      queries.clear();
      location.assign(logout_url);
    },
  });
}
