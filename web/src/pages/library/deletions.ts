import { api, unwrap } from '@/api/client';
import { problemOf } from '@/api/problem';
import { offer, tellProblem } from '@/ui/toasts';

/**
 * Videos that somebody has deleted and may have back for as long as that is offered: only then is the API told, or when
 * the page is left. `gone` is not shown.
 */
export class Deletions {
  #gone: ReadonlySet<string> = new Set();
  readonly #pending = new Set<string>();
  readonly #listeners = new Set<() => void>();

  gone = (): ReadonlySet<string> => this.#gone;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  begin = (jobId: string): void => {
    this.#set(jobId, true);
    this.#pending.add(jobId);
    offer({
      title: 'The video is deleted',
      action: 'Undo',
      onAction: () => {
        if (this.#pending.delete(jobId)) this.#set(jobId, false);
      },
      onOver: () => void this.#finish(jobId),
    });
  };

  /** The page is being left: what was deleted stays so. */
  finishAll = (): void => {
    for (const jobId of [...this.#pending]) void this.#finish(jobId);
  };

  async #finish(jobId: string): Promise<void> {
    if (!this.#pending.delete(jobId)) return;
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
