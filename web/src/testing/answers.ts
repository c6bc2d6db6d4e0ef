import { vi, type Mock } from 'vitest';

export const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

type Answer = (request: Request) => Response | Promise<Response>;

/** The network as a table of `METHOD /path` to answers; what is not in it is an error of the test. */
export function answerWith(table: Record<string, Answer>): Mock<(input: RequestInfo | URL) => Promise<Response>> {
  const network = vi.fn(async (input: RequestInfo | URL) => {
    const request = input instanceof Request ? input : new Request(new URL(String(input), location.origin));
    const asked = `${request.method} ${new URL(request.url).pathname}`;
    const answer = table[asked];
    if (!answer) throw new Error(`nothing answers ${asked}`);
    return answer(request);
  });
  vi.stubGlobal('fetch', network);
  return network;
}
