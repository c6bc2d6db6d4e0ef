import { useEffect } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';
import { keep } from '@/lib/useStored';

/** What is typed into these fields of a form outlives the page, as `kept(key, …)` gives it back. A password does not. */
export function useKeptForm<Values extends FieldValues>(
  key: string,
  form: UseFormReturn<Values>,
  names: readonly (keyof Values)[],
): void {
  const { subscribe } = form;
  useEffect(
    () =>
      subscribe({
        formState: { values: true },
        callback: ({ values }) => {
          keep(key, Object.fromEntries(names.map((name) => [name, values[name]])));
        },
      }),
    [key, subscribe, names],
  );
}
