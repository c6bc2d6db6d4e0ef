import { connectionLost, problemFrom, ProblemError } from '@/api/problem';
import type { Api } from '@/api/types';
import { forgetDrafts } from '@/lib/useStored';

export type Me = Api<'Me'>;

const HINT = 'omnigen.signed-in';
/** Whose drafts are in this browser. */
const OWNER = 'omnigen.drafts-of';

/** Told on this channel by the page that a sign-in in another window ends on. */
export const SIGN_INS = 'omnigen.sign-ins';

/**
 * Who is signed in here, as auth/me says; no token of theirs is ever in this code's hands. `isExpired` is true from the
 * first refused request until somebody is signed in again or has said no.
 */
export class Session {
  #me: Me | null = null;
  #lookUp: Promise<Me | null> | null = null;
  #isExpired = false;
  #isLeaving = false;
  #waiting: ((isRenewed: boolean) => void)[] = [];
  #held: (() => void)[] = [];
  readonly #farewells: (() => Promise<unknown>)[] = [];
  readonly #listeners = new Set<() => void>();

  /** Whether somebody was signed in here when it was last asked: whoever never was need not be asked about. */
  mayBeSignedIn = (): boolean => localStorage.getItem(HINT) !== null;
  isKnown = (): boolean => this.#me !== null;
  isExpired = (): boolean => this.#isExpired;
  isLeaving = (): boolean => this.#isLeaving;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Ask who it is; null: nobody is signed in. One request for all who ask at once. */
  lookUp = (): Promise<Me | null> => {
    this.#lookUp ??= this.#ask().finally(() => {
      this.#lookUp = null;
    });
    return this.#lookUp;
  };

  /** Who it is, for a page that is open: whoever was known is not sent away, but asked to sign in again. */
  stay = async (): Promise<Me | null> => {
    const me = await this.lookUp();
    if (me !== null || !this.isKnown() || this.#isLeaving) return me;
    return (await this.renewed()) ? this.#me : null;
  };

  csrfToken = async (): Promise<string | null> => {
    const me = this.#me ?? (this.mayBeSignedIn() ? await this.lookUp() : null);
    return me?.csrf_token ?? null;
  };

  /** The session has ended: true once somebody is signed in again, false if they will not be. */
  renewed = (): Promise<boolean> => {
    this.#isExpired = true;
    const answer = new Promise<boolean>((resolve) => this.#waiting.push(resolve));
    this.#tell();
    return answer;
  };

  /** Signed in again, perhaps: look, and let those who wait go on. */
  resume = async (): Promise<void> => {
    const former = this.#me?.user_id;
    const me = await this.lookUp();
    if (me === null) return;
    // Somebody else: what this page holds is not theirs.
    if (former !== undefined && former !== me.user_id) location.reload();
    else this.#settle(true);
  };

  /** Work that has to be done while the session is good. */
  beforeLeaving = (work: () => Promise<unknown>): void => {
    this.#farewells.push(work);
  };

  /** The user signs out, and this page is about to go: once that work is done it asks nothing more. */
  leave = async (): Promise<void> => {
    await Promise.allSettled(this.#farewells.map((work) => work()));
    this.#isLeaving = true;
  };

  /** They could not, and stay. */
  remain = (): void => {
    this.#isLeaving = false;
    const held = this.#held;
    this.#held = [];
    for (const goOn of held) goOn();
  };

  /** Resolves if the user, who is about to leave, stays after all. */
  remained = (): Promise<void> => new Promise((resolve) => this.#held.push(resolve));

  /** Nobody is signed in any more, by their own wish: nothing of theirs is left in this browser. */
  end = (): void => {
    localStorage.removeItem(HINT);
    localStorage.removeItem(OWNER);
    forgetDrafts();
  };

  giveUp = (): void => {
    this.#forget();
    this.#settle(false);
  };

  #settle(isRenewed: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#isExpired = false;
    for (const resolve of waiting) resolve(isRenewed);
    this.#tell();
  }

  async #ask(): Promise<Me | null> {
    const answer = await fetch('/api/v1/auth/me').catch(() => {
      throw connectionLost();
    });
    if (answer.ok) {
      this.#me = (await answer.json()) as Me;
      if (!this.#isLeaving) this.#note(this.#me.user_id);
      return this.#me;
    }
    if (answer.status === 401) {
      // An answer that nobody reads keeps its connection.
      await answer.text().catch(() => null);
      if (!this.isKnown()) localStorage.removeItem(HINT);
      return null;
    }
    throw new ProblemError(problemFrom(answer.status, await answer.json().catch(() => null)));
  }

  #note(userId: string): void {
    const owner = localStorage.getItem(OWNER);
    if (owner !== null && owner !== userId) forgetDrafts();
    localStorage.setItem(OWNER, userId);
    localStorage.setItem(HINT, '1');
  }

  #forget(): void {
    this.#me = null;
    localStorage.removeItem(HINT);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const session = new Session();
