import { useEffect, useRef, useState } from 'react';

/** What is typed is kept under keys that begin like this. */
const DRAFTS = 'omnigen.draft.';

/** State that outlives the page, in this browser: what somebody has typed is never lost. The third forgets it. */
export function useStored<Value>(key: string, initial: Value): [Value, (value: Value) => void, () => void] {
  const [value, setValue] = useState(() => kept(key, initial));
  const forgotten = useRef(false);
  useEffect(() => {
    if (!forgotten.current) keep(key, value);
  }, [key, value]);
  const forget = () => {
    forgotten.current = true;
    localStorage.removeItem(key);
  };
  return [value, setValue, forget];
}

/** What is stored, laid over `initial`, so that a draft of an older studio lacks nothing. */
export function kept<Value>(key: string, initial: Value): Value {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    if (typeof stored !== 'object' || stored === null) return initial;
    return Array.isArray(initial) ? (stored as Value) : { ...initial, ...stored };
  } catch {
    return initial;
  }
}

/** The next one who uses this browser may be somebody else. */
export function forgetDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(DRAFTS)) localStorage.removeItem(key);
}

/** For `kept` to give back. */
export function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full, or forbidden: the page still holds it.
  }
}
