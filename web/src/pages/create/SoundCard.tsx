import type { Api } from '@/api/types';
import type { Draft } from '@/pages/create/draft';
import { Card } from '@/ui/Card';
import { Field } from '@/ui/Field';
import { Select } from '@/ui/Select';
import { Switch } from '@/ui/Switch';
import styles from '@/pages/create/Create.module.css';

interface Props {
  draft: Draft;
  catalogue: Api<'CatalogueView'>;
  onChange: (change: Partial<Draft>) => void;
}

export function SoundCard({ draft, catalogue, onChange }: Props) {
  const music = catalogue.music.find((one) => one.is_default);
  const voices = catalogue.speech.find((one) => one.is_default)?.voices ?? [];
  return (
    <Card className={styles.card} aria-labelledby="sound">
      <h2 id="sound" className={styles.title}>
        Sound
      </h2>
      <Switch
        label="Music"
        hint={music ? `Written for this video, $${music.price_usd}` : undefined}
        checked={draft.music}
        onChange={(isOn) => {
          onChange({ music: isOn });
        }}
      />
      <Switch
        label="Narration"
        hint="A voice tells each scene; its words stand in the storyboard."
        checked={draft.narration}
        onChange={(isOn) => {
          onChange({ narration: isOn });
        }}
      />
      {draft.narration ? (
        <>
          <Field label="Voice">
            {(control) => (
              <Select
                {...control}
                value={draft.voice}
                onChange={(event) => {
                  onChange({ voice: event.target.value });
                }}
              >
                <option value="">The first one</option>
                {voices.map((voice) => (
                  <option key={voice} value={voice}>
                    {voice.replaceAll('_', ' ')}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Switch
            label="Captions"
            hint="In the video, and as a file of their own."
            checked={draft.captions}
            onChange={(isOn) => {
              onChange({ captions: isOn });
            }}
          />
          {draft.captions ? (
            <Switch
              label="Draw the captions into the pictures"
              checked={draft.burnCaptions}
              onChange={(isOn) => {
                onChange({ burnCaptions: isOn });
              }}
            />
          ) : null}
        </>
      ) : null}
    </Card>
  );
}
