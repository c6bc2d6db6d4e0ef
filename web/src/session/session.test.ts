import { beforeEach, expect, test, vi } from 'vitest';
import { ProblemError } from '@/api/problem';
import { Session } from '@/session/session';
import { answerWith, json } from '@/testing/answers';

const ME = { user_id: 'u1', email: 'a@b.c', csrf_token: 'token-1' };
const ASKED = 'GET /api/v1/auth/me';

beforeEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

test('all who ask at once share one request', async () => {
  const network = answerWith({ [ASKED]: () => json(ME) });
  localStorage.setItem('omnigen.signed-in', '1');
  const session = new Session();
  const tokens = await Promise.all([session.csrfToken(), session.csrfToken()]);
  expect(tokens).toEqual(['token-1', 'token-1']);
  expect(network).toHaveBeenCalledTimes(1);
});

test('where nobody has ever been signed in nobody is asked for a token', async () => {
  const network = answerWith({ [ASKED]: () => json({}, 401) });
  expect(await new Session().csrfToken()).toBeNull();
  expect(network).not.toHaveBeenCalled();
});

test('nobody is signed in: no problem, and no token', async () => {
  answerWith({ [ASKED]: () => json({}, 401) });
  const session = new Session();
  expect(await session.lookUp()).toBeNull();
  expect(session.isKnown()).toBe(false);
});

test('a service that is away is a problem, not a sign-out', async () => {
  answerWith({ [ASKED]: () => json({ code: 'dependency_unavailable', detail: 'd', remedy: 'r' }, 503) });
  await expect(new Session().lookUp()).rejects.toBeInstanceOf(ProblemError);
});

test('who waits for a new session goes on once there is one', async () => {
  let isSignedIn = false;
  answerWith({ [ASKED]: () => (isSignedIn ? json(ME) : json({}, 401)) });
  const session = new Session();
  const heard = vi.fn();
  session.subscribe(heard);
  const waiting = session.renewed();
  expect(session.isExpired()).toBe(true);
  await session.resume();
  expect(session.isExpired()).toBe(true);
  isSignedIn = true;
  await session.resume();
  expect(await waiting).toBe(true);
  expect(session.isExpired()).toBe(false);
  expect(heard).toHaveBeenCalledTimes(2);
});

test('who stays signed out lets nobody wait', async () => {
  const session = new Session();
  const waiting = session.renewed();
  session.giveUp();
  expect(await waiting).toBe(false);
});

test('an open page keeps who was known until they are signed in again or say no', async () => {
  let isSignedIn = true;
  answerWith({ [ASKED]: () => (isSignedIn ? json(ME) : json({}, 401)) });
  const session = new Session();
  await session.stay();
  isSignedIn = false;
  const staying = session.stay();
  await vi.waitFor(() => {
    expect(session.isExpired()).toBe(true);
  });
  isSignedIn = true;
  await session.resume();
  expect(await staying).toEqual(ME);
  isSignedIn = false;
  const leaving = session.stay();
  await vi.waitFor(() => {
    expect(session.isExpired()).toBe(true);
  });
  session.giveUp();
  expect(await leaving).toBeNull();
});

test("another user of this browser finds no draft of the former one's, the same one finds theirs", async () => {
  let user = 'u1';
  answerWith({ [ASKED]: () => json({ ...ME, user_id: user }) });
  await new Session().lookUp();
  localStorage.setItem('omnigen.draft.order', '{"prompt":"a secret"}');
  localStorage.setItem('omnigen.theme', 'light');
  await new Session().lookUp();
  expect(localStorage.getItem('omnigen.draft.order')).not.toBeNull();
  user = 'u2';
  await new Session().lookUp();
  expect(localStorage.getItem('omnigen.draft.order')).toBeNull();
  expect(localStorage.getItem('omnigen.theme')).toBe('light');
});

test('before the session ends its work is done; then nothing of the user is left here', async () => {
  answerWith({ [ASKED]: () => json(ME) });
  const session = new Session();
  await session.lookUp();
  localStorage.setItem('omnigen.draft.key', '{}');
  const deeds: string[] = [];
  session.beforeLeaving(async () => {
    await Promise.resolve();
    deeds.push(`done, leaving: ${session.isLeaving()}`);
  });
  await session.leave();
  expect(deeds).toEqual(['done, leaving: false']);
  session.end();
  expect(localStorage.length).toBe(0);
});
