import createClient from 'openapi-fetch';
import { problemFrom, ProblemError } from '@/api/problem';
import type { paths } from '@/api/schema';
import { send } from '@/api/send';

/** The API, typed by its own document. `unwrap(api.GET('/api/v1/usage'))` is the answer, or throws a ProblemError. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });

interface Outcome<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

export async function unwrap<Data>(asked: Promise<Outcome<Data>>): Promise<Data> {
  const { data, error, response } = await asked;
  if (!response.ok) throw new ProblemError(problemFrom(response.status, error));
  return data as Data;
}
