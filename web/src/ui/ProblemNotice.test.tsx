import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { ProblemError } from '@/api/problem';
import { ProblemNotice } from '@/ui/ProblemNotice';

test('a problem is told with its remedy and the request that it came from', async () => {
  const retry = vi.fn();
  const error = new ProblemError({
    title: 't',
    status: 503,
    code: 'dependency_unavailable',
    detail: 'Quota cannot be reached.',
    remedy: 'Try again in 5 seconds.',
    request_id: 'req-1',
  });
  render(<ProblemNotice error={error} onRetry={retry} />);
  expect(screen.getByRole('alert').textContent).toContain('Quota cannot be reached.Try again in 5 seconds.Request req-1');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(retry).toHaveBeenCalledOnce();
});

test('what nobody has thought of does not show its inside', () => {
  render(<ProblemNotice error={new Error('undefined is not a function')} />);
  expect(screen.getByRole('alert').textContent).toBe('This page could not go on.Reload it; what you typed is kept.');
});

test('what is wrong with each field is said, not where it stands in the answer', () => {
  const error = new ProblemError({
    title: 't',
    status: 422,
    code: 'invalid_request',
    detail: 'Not valid: body, style.',
    remedy: 'Correct the fields named in details.fields.',
    details: {
      fields: [
        { field: 'body', message: 'the scenes make 15.500 s', limits: {} },
        { field: 'style', message: 'Input should be shorter', limits: {} },
      ],
    } as never,
  });
  render(<ProblemNotice error={error} />);
  const words = screen.getByRole('alert').textContent;
  expect(words).toContain('The scenes make 15.500 s.Style: Input should be shorter.');
  expect(words).not.toContain('details.fields');
});
