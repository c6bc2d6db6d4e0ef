import type { Scene } from '@/pages/storyboard/board';
import { Seconds } from '@/pages/storyboard/Seconds';
import { Field } from '@/ui/Field';
import { Select } from '@/ui/Select';
import { TextArea } from '@/ui/TextArea';
import styles from '@/pages/storyboard/Storyboard.module.css';

const TRANSITIONS: readonly (readonly [Scene['transition'], string])[] = [
  ['cut', 'Cut'],
  ['fade', 'Fade'],
  ['dissolve', 'Dissolve'],
  ['wipe', 'Wipe'],
  ['slide', 'Slide'],
  ['fade-black', 'Through black'],
];

interface Props {
  scene: Scene;
  longestS: number;
  isSpoken: boolean;
  isLast: boolean;
  onChange: (change: Partial<Scene>) => void;
}

export function SceneFields({ scene, longestS, isSpoken, isLast, onChange }: Props) {
  return (
    <>
      <Field label="What it shows" error={scene.prompt.trim() ? undefined : 'Say what this scene shows.'}>
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            maxLength={1000}
            value={scene.prompt}
            onChange={(event) => {
              onChange({ prompt: event.target.value });
            }}
          />
        )}
      </Field>
      {isSpoken ? (
        <Field label="What is said" aside={`${scene.narration.length} / 500`}>
          {(control) => (
            <TextArea
              {...control}
              rows={2}
              maxLength={500}
              value={scene.narration}
              onChange={(event) => {
                onChange({ narration: event.target.value });
              }}
            />
          )}
        </Field>
      ) : null}
      <div className={styles.pair}>
        <Seconds
          seconds={scene.duration_s}
          longestS={longestS}
          onChange={(duration_s) => {
            onChange({ duration_s });
          }}
        />
        {isLast ? null : (
          <Field label="To the next scene">
            {(control) => (
              <Select
                {...control}
                value={scene.transition}
                onChange={(event) => {
                  onChange({ transition: event.target.value as Scene['transition'] });
                }}
              >
                {TRANSITIONS.map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </div>
    </>
  );
}
