import { useId, type ReactNode } from 'react';
import styles from '@/ui/RadioCards.module.css';

export interface Choice<Value extends string> {
  value: Value;
  label: ReactNode;
  hint?: ReactNode;
  picture?: ReactNode;
  disabled?: boolean;
}

interface Props<Value extends string> {
  label: string;
  choices: readonly Choice<Value>[];
  value: Value;
  onChange: (value: Value) => void;
}

/** One of a few, each a card: the browser's own radio buttons, so keys and screen readers find what they know. */
export function RadioCards<Value extends string>({ label, choices, value, onChange }: Props<Value>) {
  const name = useId();
  return (
    <fieldset className={styles.set}>
      <legend className={styles.legend}>{label}</legend>
      <div className={styles.cards}>
        {choices.map((choice) => (
          <label key={choice.value} className={styles.card} data-disabled={choice.disabled === true ? true : undefined}>
            <input
              type="radio"
              className="visually-hidden"
              name={name}
              checked={choice.value === value}
              disabled={choice.disabled}
              onChange={() => {
                onChange(choice.value);
              }}
            />
            {choice.picture}
            <span className={styles.label}>{choice.label}</span>
            {choice.hint ? <span className={styles.hint}>{choice.hint}</span> : null}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
