import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { useVideos } from '@/pages/library/useVideos';
import type { Wanted } from '@/pages/library/wanted';
import { answerWith, json } from '@/testing/answers';

const PAGES: Record<string, unknown> = {
  '': { jobs: [], next_cursor: 'b' },
  b: { jobs: [job('job_1', 'a red boat')], next_cursor: 'c' },
  c: { jobs: [job('job_2', 'a red kite')], next_cursor: null },
};

function job(job_id: string, prompt: string) {
  return { job_id, status: 'completed', request: { prompt } };
}

function look(wanted: Wanted) {
  const network = answerWith({
    'GET /api/v1/jobs': ({ url }) => json(PAGES[new URL(url).searchParams.get('cursor') ?? '']),
  });
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const { result } = renderHook(() => useVideos(wanted, new Set()), { wrapper });
  return { network, result };
}

test('words are looked for to the end', async () => {
  const { network, result } = look({ words: 'kite' });
  await waitFor(() => {
    expect(result.current.jobs?.map(({ job_id }) => job_id)).toEqual(['job_2']);
  });
  expect(result.current.isSeeking).toBe(false);
  expect(network).toHaveBeenCalledTimes(3);
});

test('an empty page is passed over, and what comes after the first finds is asked for by a press', async () => {
  const { network, result } = look({});
  await waitFor(() => {
    expect(result.current.jobs?.map(({ job_id }) => job_id)).toEqual(['job_1']);
  });
  expect([result.current.isSeeking, result.current.hasNextPage]).toEqual([false, true]);
  expect(network).toHaveBeenCalledTimes(2);
});
