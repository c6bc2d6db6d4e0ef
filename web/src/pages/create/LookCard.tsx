import type { Api } from '@/api/types';
import { STYLES, TONES } from '@/pages/create/choices';
import type { Draft } from '@/pages/create/draft';
import { Card } from '@/ui/Card';
import { Suggested } from '@/ui/Suggested';
import { Switch } from '@/ui/Switch';
import styles from '@/pages/create/Create.module.css';

interface Props {
  draft: Draft;
  model: Api<'VideoModelView'>;
  onChange: (change: Partial<Draft>) => void;
}

export function LookCard({ draft, model, onChange }: Props) {
  const canChain = model.takes.includes('start_frame');
  return (
    <Card className={styles.card} aria-labelledby="look">
      <h2 id="look" className={styles.title}>
        Look
      </h2>
      <div className={styles.pair}>
        <Suggested
          label="Style"
          placeholder="The planner chooses"
          maxLength={120}
          value={draft.style}
          suggestions={STYLES}
          onChange={(style) => {
            onChange({ style });
          }}
        />
        <Suggested
          label="Tone"
          placeholder="The planner chooses"
          maxLength={60}
          value={draft.tone}
          suggestions={TONES}
          onChange={(tone) => {
            onChange({ tone });
          }}
        />
      </div>
      {model.takes.includes('negative_prompt') ? (
        <Suggested
          label="What should not be seen"
          maxLength={500}
          value={draft.avoid}
          onChange={(avoid) => {
            onChange({ avoid });
          }}
        />
      ) : null}
      <Switch
        label="Each scene begins where the one before ends"
        hint={canChain ? 'One after the other, so it takes longer.' : 'This model cannot do that.'}
        checked={draft.continuity === 'chained'}
        disabled={!canChain}
        onChange={(isChained) => {
          onChange({ continuity: isChained ? 'chained' : 'parallel' });
        }}
      />
      <Suggested
        label="Call to action at the end"
        placeholder="None"
        maxLength={80}
        value={draft.endCard}
        onChange={(endCard) => {
          onChange({ endCard });
        }}
      />
    </Card>
  );
}
