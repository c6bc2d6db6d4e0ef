import { useId } from 'react';
import { Field } from '@/ui/Field';
import { Input } from '@/ui/Input';

interface Props {
  label: string;
  hint?: string;
  placeholder?: string;
  maxLength?: number;
  value: string;
  suggestions?: readonly string[];
  onChange: (value: string) => void;
}

/** A line of text, with the browser's own list of suggestions. */
export function Suggested({ label, hint, placeholder, maxLength, value, suggestions = [], onChange }: Props) {
  const list = useId();
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <>
          <Input
            {...control}
            value={value}
            placeholder={placeholder}
            maxLength={maxLength}
            list={suggestions.length ? list : undefined}
            onChange={(event) => {
              onChange(event.target.value);
            }}
          />
          {suggestions.length ? (
            <datalist id={list}>
              {suggestions.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          ) : null}
        </>
      )}
    </Field>
  );
}
