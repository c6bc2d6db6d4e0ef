/** The sign-in page's address; it leads back to `returnTo`, a path of the studio. */
export function signInUrl(returnTo: string): string {
  return `/api/v1/auth/login?return_to=${encodeURIComponent(returnTo)}`;
}

export const here = (): string => location.pathname + location.search;
