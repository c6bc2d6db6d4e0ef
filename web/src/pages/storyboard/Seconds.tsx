import { useState } from 'react';
import { SHORTEST_S } from '@/pages/storyboard/board';
import { FPS } from '@/parts/scenes';
import { Field } from '@/ui/Field';
import { Input } from '@/ui/Input';

interface Props {
  seconds: number;
  longestS: number;
  onChange: (seconds: number) => void;
}

/** How long a scene is. What is being typed stays as it is until the field is left: `1` may become `10`. */
export function Seconds({ seconds, longestS, onChange }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const isIn = (value: number) => value >= SHORTEST_S && value <= longestS;
  const hint = `${String(SHORTEST_S)} to ${String(longestS)}`;
  const isWrong = typed !== null && !isIn(Number(typed));
  return (
    <Field label="Seconds" hint={isWrong ? undefined : hint} error={isWrong ? `From ${hint} seconds.` : undefined}>
      {(control) => (
        <Input
          {...control}
          type="number"
          min={SHORTEST_S}
          max={longestS}
          step={0.5}
          value={typed ?? Math.round(seconds * 100) / 100}
          onChange={(event) => {
            const { value, valueAsNumber } = event.target;
            setTyped(value);
            const wished = Math.round(valueAsNumber * FPS) / FPS;
            if (isIn(wished)) onChange(wished);
          }}
          onBlur={() => {
            setTyped(null);
          }}
        />
      )}
    </Field>
  );
}
