import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deletions, UNDO_MS } from '@/pages/library/deletions';
import { answerWith, json } from '@/testing/answers';
import { toasts } from '@/ui/toasts';

const ASKED = 'DELETE /api/v1/jobs/job_1';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

let undo: (() => void) | undefined;

test('the API is told when it is too late for an undo', async () => {
  const network = answerWith({ [ASKED]: () => new Response(null, { status: 204 }) });
  const deletions = new Deletions();
  deletions.begin('job_1');
  expect([...deletions.gone()]).toEqual(['job_1']);
  expect(network).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect(network).toHaveBeenCalledTimes(1);
  expect([...deletions.gone()]).toEqual(['job_1']);
});

test('undone, it was never asked', async () => {
  const network = answerWith({});
  vi.spyOn(toasts, 'add').mockImplementation((options) => {
    undo = options.actionProps?.onClick as typeof undo;
    return 'toast';
  });
  const deletions = new Deletions();
  deletions.begin('job_1');
  undo?.();
  await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
  expect([...deletions.gone()]).toEqual([]);
  expect(network).not.toHaveBeenCalled();
});

test('what is refused is there again', async () => {
  answerWith({ [ASKED]: () => json({ code: 'job_running', detail: 'd', remedy: 'r' }, 409) });
  const deletions = new Deletions();
  deletions.begin('job_1');
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect([...deletions.gone()]).toEqual([]);
});

test('who leaves the page has not changed their mind', async () => {
  const network = answerWith({ [ASKED]: () => new Response(null, { status: 204 }) });
  const deletions = new Deletions();
  deletions.begin('job_1');
  deletions.finishAll();
  await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
  expect(network).toHaveBeenCalledTimes(1);
});
