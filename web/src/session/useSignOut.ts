import { useMutation } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { session } from '@/session/session';

/** Ends this browser's session (or, `everywhere`, all of the user's), then leaves by the sign-in page's own way out. */
export function useSignOut() {
  return useMutation({
    onMutate: () => {
      session.leave(true);
    },
    onError: () => {
      session.leave(false);
    },
    mutationFn: (everywhere: boolean) => unwrap(api.POST('/api/v1/auth/logout', { body: { everywhere } })),
    onSuccess: ({ logout_url }) => {
      // Back again by the browser's own button, the page must not be as it was.
      addEventListener('pageshow', () => {
        location.reload();
      });
      location.assign(logout_url);
    },
  });
}
