import { api, unwrap } from '@/api/client';
import { problemOf } from '@/api/problem';
import { tellProblem, tellWithAction } from '@/ui/toasts';

export const UNDO_MS = 8000;

/**
 * Videos that somebody has deleted and may have back for some seconds: only then is the API told, or when the page is
 * left. `gone` is not shown.
 */
export class Deletions {
  #gone: ReadonlySet<string> = new Set();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #listeners = new Set<() => void>();

  gone = (): ReadonlySet<string> => this.#gone;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  begin = (jobId: string): void => {
    this.#set(jobId, true);
    this.#timers.set(
      jobId,
      setTimeout(() => void this.#finish(jobId), UNDO_MS),
    );
    tellWithAction(
      'The video is deleted',
      'Undo',
      () => {
        this.#undo(jobId);
      },
      UNDO_MS,
    );
  };

  /** The page is being left: what was deleted stays so. */
  finishAll = (): void => {
    for (const jobId of [...this.#timers.keys()]) void this.#finish(jobId);
  };

  #undo(jobId: string): void {
    clearTimeout(this.#timers.get(jobId));
    if (this.#timers.delete(jobId)) this.#set(jobId, false);
  }

  async #finish(jobId: string): Promise<void> {
    clearTimeout(this.#timers.get(jobId));
    this.#timers.delete(jobId);
    try {
      await unwrap(api.DELETE('/api/v1/jobs/{job_id}', { params: { path: { job_id: jobId } }, keepalive: true }));
    } catch (error) {
      this.#set(jobId, false);
      tellProblem(problemOf(error));
    }
  }

  #set(jobId: string, isGone: boolean): void {
    const gone = new Set(this.#gone);
    if (isGone) gone.add(jobId);
    else gone.delete(jobId);
    this.#gone = gone;
    for (const listener of this.#listeners) listener();
  }
}

export const deletions = new Deletions();
addEventListener('pagehide', deletions.finishAll);
