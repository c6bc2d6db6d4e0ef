import type { Api } from '@/api/types';
import { fitTo, type Draft } from '@/pages/create/draft';
import { modelFacts, modelTitle } from '@/pages/create/modelWords';
import { ReferencePicture } from '@/pages/create/ReferencePicture';
import { Card } from '@/ui/Card';
import { Field } from '@/ui/Field';
import { Select } from '@/ui/Select';
import styles from '@/pages/create/Create.module.css';

interface Props {
  draft: Draft;
  model: Api<'VideoModelView'>;
  models: readonly Api<'VideoModelView'>[];
  onChange: (change: Partial<Draft>) => void;
}

export function ModelCard({ draft, model, models, onChange }: Props) {
  const facts = modelFacts(model);
  const takesPicture = model.takes.includes('start_frame') || model.takes.includes('reference_images');
  return (
    <Card className={styles.card} aria-labelledby="model">
      <h2 id="model" className={styles.title}>
        Model
      </h2>
      <Field label="Who makes the clips">
        {(control) => (
          <Select
            {...control}
            value={model.name}
            onChange={(event) => {
              const chosen = models.find((one) => one.name === event.target.value);
              if (chosen) onChange(fitTo(draft, chosen));
            }}
          >
            {models.map((one) => (
              <option key={one.name} value={one.name}>
                {modelTitle(one)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <ul className={styles.facts}>
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
      {takesPicture ? (
        <ReferencePicture
          uploadId={draft.reference}
          isNeeded={model.needs_start_frame}
          onChange={(reference) => {
            onChange({ reference });
          }}
        />
      ) : null}
    </Card>
  );
}
