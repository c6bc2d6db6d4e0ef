import { beforeEach, expect, test, vi } from 'vitest';
import { ProblemError } from '@/api/problem';
import { send } from '@/api/send';
import { session } from '@/session/session';
import { answerWith, json } from '@/testing/answers';

const URL_ = 'http://localhost:3000/api/v1/jobs';
const order = () => new Request(URL_, { method: 'POST', body: '{}' });
let token = 'token-1';

beforeEach(async () => {
  vi.unstubAllGlobals();
  token = 'token-1';
  answerWith({ 'GET /api/v1/auth/me': me });
  await session.lookUp();
});

const me = () => json({ user_id: 'u1', csrf_token: token });

test('what changes something carries the token, what reads does not', async () => {
  const seen: (string | null)[] = [];
  const look = (request: Request) => {
    seen.push(request.headers.get('X-CSRF-Token'));
    return json({});
  };
  answerWith({ 'POST /api/v1/jobs': look, 'GET /api/v1/jobs': look });
  await send(order());
  await send(new Request(URL_));
  expect(seen).toEqual(['token-1', null]);
});

test('a session that has ended is renewed in place, and the request sent once more', async () => {
  let isSignedIn = false;
  const bodies: string[] = [];
  answerWith({
    'GET /api/v1/auth/me': () => (isSignedIn ? me() : json({}, 401)),
    'POST /api/v1/jobs': async (request) => {
      bodies.push(await request.text());
      return isSignedIn ? json({ job_id: 'j' }, 202) : json({ code: 'unauthenticated' }, 401);
    },
  });
  const asked = send(order());
  await vi.waitUntil(session.isExpired);
  isSignedIn = true;
  await session.resume();
  expect((await asked).status).toBe(202);
  expect(bodies).toEqual(['{}', '{}']);
});

test('a token of a former session is looked up anew', async () => {
  token = 'token-2';
  answerWith({
    'GET /api/v1/auth/me': me,
    'POST /api/v1/jobs': (request) =>
      request.headers.get('X-CSRF-Token') === 'token-2' ? json({}, 202) : json({ code: 'cross_site' }, 403),
  });
  expect((await send(order())).status).toBe(202);
});

test('other refusals are handed on as they are', async () => {
  const network = answerWith({ 'POST /api/v1/jobs': () => json({ code: 'quota_exceeded' }, 403) });
  expect((await send(order())).status).toBe(403);
  expect(network).toHaveBeenCalledTimes(1);
});

test('no answer at all is a problem with a remedy', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  const failure = await send(new Request(URL_)).catch((error: unknown) => error);
  expect((failure as ProblemError).problem).toMatchObject({ code: 'connection_lost', status: 0 });
});

test('while somebody signs out nothing else is asked', async () => {
  const network = answerWith({
    'POST /api/v1/auth/logout': () => json({ logout_url: '/' }),
    'GET /api/v1/jobs': () => json({}),
  });
  await session.leave();
  const held = send(new Request(URL_));
  await send(new Request('http://localhost:3000/api/v1/auth/logout', { method: 'POST' }));
  expect(network).toHaveBeenCalledTimes(1);
  session.remain();
  expect((await held).status).toBe(200);
  expect((await send(new Request(URL_))).status).toBe(200);
});

test('what is refused because the user is signing out is no lost session, and is asked again if they stay', async () => {
  let isOut = true;
  let answer: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => (answer = resolve));
  answerWith({
    'GET /api/v1/jobs': async () => {
      await asked;
      return isOut ? json({ code: 'unauthenticated' }, 401) : json({});
    },
  });
  const underWay = send(new Request(URL_));
  await session.leave();
  answer();
  await new Promise((resolve) => setTimeout(resolve));
  expect(session.isExpired()).toBe(false);
  isOut = false;
  session.remain();
  expect((await underWay).status).toBe(200);
});
