import type { Draft } from '@/pages/create/draft';
import { PROMPT_LENGTH, promptProblem } from '@/pages/create/draft';
import { CATEGORIES, EXAMPLES } from '@/pages/create/choices';
import { Card } from '@/ui/Card';
import { Field } from '@/ui/Field';
import { RadioCards } from '@/ui/RadioCards';
import { TextArea } from '@/ui/TextArea';
import styles from '@/pages/create/Create.module.css';

interface Props {
  draft: Draft;
  hasTried: boolean;
  onChange: (change: Partial<Draft>) => void;
}

export function PromptCard({ draft, hasTried, onChange }: Props) {
  return (
    <Card className={styles.card} aria-label="What it is about">
      <Field
        label="What do you want to see?"
        aside={`${draft.prompt.length} / ${PROMPT_LENGTH.most}`}
        error={hasTried ? promptProblem(draft.prompt) : undefined}
      >
        {(control) => (
          <TextArea
            {...control}
            name="prompt"
            rows={5}
            maxLength={PROMPT_LENGTH.most}
            placeholder="A paper boat crosses the night sea and reaches a lighthouse"
            value={draft.prompt}
            onChange={(event) => {
              onChange({ prompt: event.target.value });
            }}
          />
        )}
      </Field>
      <div className={styles.examples}>
        <span className={styles.muted} id="examples">
          For instance
        </span>
        <ul aria-labelledby="examples" className={styles.chips}>
          {EXAMPLES[draft.category].map((example) => (
            <li key={example}>
              <button
                type="button"
                className={styles.chip}
                onClick={() => {
                  onChange({ prompt: example });
                }}
              >
                {example}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <RadioCards
        label="Kind"
        choices={CATEGORIES}
        value={draft.category}
        onChange={(category) => {
          onChange({ category });
        }}
      />
    </Card>
  );
}
