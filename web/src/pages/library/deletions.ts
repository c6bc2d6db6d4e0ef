import { api, unwrap } from '@/api/client';
import { problemOf } from '@/api/problem';
import { session } from '@/session/session';
import { offer, tellProblem } from '@/ui/toasts';

/**
 * Videos that somebody has deleted and may have back for as long as that is offered: only then is the API told, or when
 * the page is left. `gone` is not shown.
 */
export class Deletions {
  #gone: ReadonlySet<string> = new Set();
  /** What takes the offer back, by job. */
  readonly #pending = new Map<string, () => void>();
  readonly #listeners = new Set<() => void>();

  gone = (): ReadonlySet<string> => this.#gone;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  begin = (jobId: string): void => {
    this.#set(jobId, true);
    const close = offer({
      title: 'The video is deleted',
      action: 'Undo',
      onAction: () => {
        if (this.#pending.delete(jobId)) this.#set(jobId, false);
      },
      onOver: () => void this.#finish(jobId),
    });
    this.#pending.set(jobId, close);
  };

  /** The page is being left: what was deleted stays so. */
  finishAll = (): Promise<unknown> => Promise.all([...this.#pending.keys()].map((jobId) => this.#finish(jobId)));

  async #finish(jobId: string): Promise<void> {
    const close = this.#pending.get(jobId);
    if (!close) return;
    this.#pending.delete(jobId);
    close();
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
session.beforeLeaving(deletions.finishAll);
addEventListener('pagehide', () => void deletions.finishAll());
