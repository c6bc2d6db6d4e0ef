import { connectionLost } from '@/api/problem';
import { session } from '@/session/session';

const SAFE = new Set(['GET', 'HEAD']);

/**
 * One request as this browser's session. What changes something carries the session's CSRF token. A session that has
 * ended in between is renewed in place: the request waits until the user is signed in again, and is sent once more.
 */
export async function send(request: Request): Promise<Response> {
  const isHeld = () => session.isLeaving() && !isAboutSessions(request);
  // It would be refused, and nobody is there to hear of it.
  if (isHeld()) await session.remained();
  const again = request.clone();
  const answer = await attempt(request);
  if (answer.status === 401 && isHeld()) {
    await session.remained();
    return instead(answer, again);
  }
  if (answer.status === 401 && session.isKnown() && (await session.renewed())) return instead(answer, again);
  if (answer.status === 403 && (await isCrossSite(answer))) {
    // Signed in anew in another tab: this one's token is the former session's.
    await session.lookUp();
    return instead(answer, again);
  }
  return answer;
}

const isAboutSessions = (request: Request): boolean => new URL(request.url).pathname.startsWith('/api/v1/auth/');

async function attempt(request: Request): Promise<Response> {
  if (!SAFE.has(request.method)) {
    const token = await session.csrfToken();
    if (token) request.headers.set('X-CSRF-Token', token);
  }
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw connectionLost();
  }
}

/** Once more; an answer that nobody reads would keep its connection. */
async function instead(answer: Response, again: Request): Promise<Response> {
  await answer.body?.cancel().catch(() => undefined);
  return attempt(again);
}

async function isCrossSite(answer: Response): Promise<boolean> {
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return typeof body === 'object' && body !== null && 'code' in body && body.code === 'cross_site';
}
