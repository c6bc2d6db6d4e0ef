import type { Api } from '@/api/types';

/** What went wrong and what to do about it, as the API says it (RFC 9457). `status` 0: nobody answered. */
export type Problem = Pick<Api<'Problem'>, 'title' | 'status' | 'detail' | 'code' | 'remedy'> & {
  details?: Api<'Problem'>['details'];
  request_id?: string;
};

export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

const LOST: Problem = {
  title: 'No connection',
  status: 0,
  code: 'connection_lost',
  detail: 'OmniGen cannot be reached.',
  remedy: 'Check the connection; what you typed is kept, and what is under way goes on.',
};

/** The answer's own problem, or one made of its status where something else answered than OmniGen. */
export function problemFrom(status: number, body: unknown): Problem {
  if (isProblem(body)) return body;
  return {
    title: 'Unexpected answer',
    status,
    code: 'unexpected_answer',
    detail: `OmniGen gave an answer that cannot be read (${status}).`,
    remedy: 'Try again in a moment.',
  };
}

/** Whatever was thrown, as a problem that can be shown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof TypeError && isNetworkFailure(error)) return LOST;
  return {
    title: 'Something broke in this page',
    status: -1,
    code: 'page_failed',
    detail: 'This page could not go on.',
    remedy: 'Reload it; what you typed is kept.',
  };
}

/** What is wrong with each field of what was asked, as sentences; of the whole without a field's name. */
export function sentencesOf(problem: Problem): string[] {
  const fields: unknown = (problem.details as { fields?: unknown } | undefined)?.fields;
  if (!Array.isArray(fields)) return [];
  return (fields as { field: string; message: string }[]).map(({ field, message }) => {
    const said = message.replace(/^Value error, /, '');
    const words = field === 'body' ? said : `${field}: ${said}`;
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`.replace('..', '.');
  });
}

export const connectionLost = (): ProblemError => new ProblemError(LOST);

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && 'remedy' in body;
}

function isNetworkFailure(error: TypeError): boolean {
  return /fetch|network|load failed/i.test(error.message);
}
