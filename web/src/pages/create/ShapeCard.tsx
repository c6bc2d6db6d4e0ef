import type { Api } from '@/api/types';
import { ASPECTS } from '@/pages/create/choices';
import type { Draft } from '@/pages/create/draft';
import { Frame } from '@/pages/create/Frame';
import { Card } from '@/ui/Card';
import { Field } from '@/ui/Field';
import { RadioCards } from '@/ui/RadioCards';
import styles from '@/pages/create/Create.module.css';

interface Props {
  draft: Draft;
  model: Api<'VideoModelView'>;
  limits: Api<'Limits'>;
  onChange: (change: Partial<Draft>) => void;
}

export function ShapeCard({ draft, model, limits, onChange }: Props) {
  const [shortest, longest] = limits.duration_s;
  const offered = new Map(model.resolutions.map((offer) => [offer.resolution, offer]));
  return (
    <Card className={styles.card} aria-labelledby="shape">
      <h2 id="shape" className={styles.title}>
        Length and shape
      </h2>
      <Field label="Length" aside={<output className={styles.big}>{draft.seconds} s</output>}>
        {(control) => (
          <input
            {...control}
            type="range"
            className={styles.range}
            min={shortest}
            max={longest}
            value={draft.seconds}
            aria-valuetext={`${draft.seconds} seconds`}
            onChange={(event) => {
              onChange({ seconds: event.target.valueAsNumber });
            }}
          />
        )}
      </Field>
      <RadioCards
        label="Shape"
        value={draft.aspect}
        choices={ASPECTS.map((choice) => ({
          ...choice,
          picture: <Frame aspect={choice.value} />,
          disabled: !model.aspect_ratios.includes(choice.value),
        }))}
        onChange={(aspect) => {
          onChange({ aspect });
        }}
      />
      <RadioCards
        label="Size"
        value={draft.resolution}
        choices={(['480p', '720p', '1080p'] as const).map((size) => {
          const offer = offered.get(size);
          return {
            value: size,
            label: size,
            hint: offer ? `$${offer.price_usd_per_s} a second` : 'not with this model',
            disabled: offer === undefined,
          };
        })}
        onChange={(resolution) => {
          onChange({ resolution });
        }}
      />
    </Card>
  );
}
