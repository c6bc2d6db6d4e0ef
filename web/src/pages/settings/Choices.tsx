import type { UseFormRegisterReturn } from 'react-hook-form';
import styles from '@/pages/settings/Panel.module.css';

interface Props {
  legend: string;
  field: UseFormRegisterReturn;
  /** Value and words of each. */
  choices: readonly (readonly [string, string])[];
  error?: string | undefined;
}

/** Any number of these. */
export function Choices({ legend, field, choices, error }: Props) {
  return (
    <fieldset className={styles.choices}>
      <legend>{legend}</legend>
      {choices.map(([value, words]) => (
        <label key={value} className={styles.choice}>
          <input type="checkbox" value={value} {...field} />
          <span>
            {words} <span className={styles.muted}>{value}</span>
          </span>
        </label>
      ))}
      {error ? (
        <p role="alert" className={styles.error}>
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}
