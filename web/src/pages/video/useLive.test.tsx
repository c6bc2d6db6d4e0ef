import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { jobQuery } from '@/pages/video/queries';
import { useLive } from '@/pages/video/useLive';

/** As a browser's, but for the network. */
class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Stream[] = [];
  readyState = 1;

  constructor() {
    super();
    Stream.opened.push(this);
  }

  close(): void {
    this.readyState = Stream.CLOSED;
  }

  fail(isRefused: boolean): void {
    if (isRefused) this.readyState = Stream.CLOSED;
    this.dispatchEvent(new Event('error'));
  }
}

const latest = (): Stream => {
  const stream = Stream.opened.at(-1);
  if (!stream) throw new Error('no stream was opened');
  return stream;
};

beforeEach(() => {
  Stream.opened = [];
  vi.stubGlobal('EventSource', Stream);
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function follow(look: () => Promise<unknown>) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  queries.setQueryDefaults(jobQuery('j').queryKey, { queryFn: look });
  queries.setQueryData(jobQuery('j').queryKey, {} as never);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  return renderHook(() => useLive('j', true), { wrapper });
}

test('a stream that is cut is told, and left to open itself again', () => {
  const { result } = follow(() => Promise.resolve({}));
  act(() => {
    latest().fail(false);
  });
  expect(result.current.isLost).toBe(true);
  act(() => {
    latest().dispatchEvent(new Event('open'));
  });
  expect(result.current.isLost).toBe(false);
  expect(Stream.opened).toHaveLength(1);
});

test('a stream that is refused is opened again once the video can be asked for', async () => {
  follow(() => Promise.resolve({}));
  act(() => {
    latest().fail(true);
  });
  await act(() => vi.advanceTimersByTimeAsync(5000));
  expect(Stream.opened).toHaveLength(2);
});
