import { useMutation } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { session } from '@/session/session';

/** Ends this browser's session (or, `everywhere`, all of the user's), then leaves by the sign-in page's own way out. */
export function useSignOut() {
  return useMutation({
    mutationFn: async (everywhere: boolean) => {
      await session.leave();
      return unwrap(api.POST('/api/v1/auth/logout', { body: { everywhere } }));
    },
    onError: session.remain,
    onSuccess: ({ logout_url }) => {
      session.end();
      // Nothing is to be seen until the next page is there; nor back again by the browser's own button.
      document.body.hidden = true;
      addEventListener('pageshow', () => {
        location.reload();
      });
      location.assign(logout_url);
    },
  });
}
