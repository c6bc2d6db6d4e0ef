import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deletions } from '@/pages/library/deletions';
import { answerWith, json } from '@/testing/answers';
import { ToastArea } from '@/ui/ToastArea';
import { OFFER_MS } from '@/ui/toasts';

const ASKED = 'DELETE /api/v1/jobs/job_1';
const done = () => new Response(null, { status: 204 });

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function begin(): Deletions {
  const deletions = new Deletions();
  render(<ToastArea>{null}</ToastArea>);
  act(() => {
    deletions.begin('job_1');
  });
  return deletions;
}

const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test('the API is told when it is too late for an undo', async () => {
  const network = answerWith({ [ASKED]: done });
  const deletions = begin();
  expect([...deletions.gone()]).toEqual(['job_1']);
  await wait(OFFER_MS - 1000);
  expect(network).not.toHaveBeenCalled();
  await wait(2000);
  expect(network).toHaveBeenCalledTimes(1);
  expect([...deletions.gone()]).toEqual(['job_1']);
});

test('undone, it was never asked', async () => {
  const network = answerWith({});
  const deletions = begin();
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
  await wait(2 * OFFER_MS);
  expect([...deletions.gone()]).toEqual([]);
  expect(network).not.toHaveBeenCalled();
});

test('whoever is about to press has all the time they need', async () => {
  const network = answerWith({});
  const deletions = begin();
  fireEvent.mouseEnter(screen.getByRole('region'));
  await wait(3 * OFFER_MS);
  expect(network).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect([...deletions.gone()]).toEqual([]);
});

test('whoever closes the message has not changed their mind', async () => {
  const network = answerWith({ [ASKED]: done });
  begin();
  fireEvent.click(screen.getByRole('button', { name: 'Close' }));
  await wait(0);
  expect(network).toHaveBeenCalledTimes(1);
});

test('what is refused is there again', async () => {
  answerWith({ [ASKED]: () => json({ code: 'job_running', detail: 'd', remedy: 'r' }, 409) });
  const deletions = begin();
  await wait(2 * OFFER_MS);
  expect([...deletions.gone()]).toEqual([]);
});

test('who leaves the page has not changed their mind', async () => {
  const network = answerWith({ [ASKED]: done });
  await begin().finishAll();
  await wait(2 * OFFER_MS);
  expect(network).toHaveBeenCalledTimes(1);
});
