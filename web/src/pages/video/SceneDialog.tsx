import { useState } from 'react';
import type { Api } from '@/api/types';
import { exactUsd } from '@/lib/words';
import { useStored } from '@/lib/useStored';
import { Following } from '@/pages/video/Following';
import { priceRound } from '@/pages/video/retakes';
import { useRound } from '@/pages/video/useRound';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { TextArea } from '@/ui/TextArea';

const LONGEST = 1000;

interface Props {
  job: Api<'JobView'>;
  planned: Api<'PlannedScene'>;
  onClose: () => void;
}

/** A scene once more, in the same words or in others, at the price that is on the button. */
export function SceneDialog({ job, planned, onClose }: Props) {
  const { number } = planned;
  const [draft, setDraft, forget] = useStored(`omnigen.scene.${job.job_id}.${String(number)}`, { prompt: planned.prompt });
  const [cascade, setCascade] = useState(false);
  const round = useRound(job.job_id, number, () => {
    forget();
    onClose();
  });
  const words = draft.prompt.trim();
  const price = priceRound(job, { number, cascade, isNew: true });
  const isRewritten = words !== planned.prompt;
  return (
    <Dialog
      open
      title={`Make scene ${String(number)} anew`}
      onClose={onClose}
      footer={
        <>
          {isRewritten ? (
            <Button
              variant="quiet"
              onClick={() => {
                setDraft({ prompt: planned.prompt });
              }}
            >
              Back to the words it has
            </Button>
          ) : null}
          <Button
            busy={round.isPending}
            disabled={!words}
            onClick={() => {
              round.mutate({ kind: 'regenerate', cascade, ...(isRewritten ? { prompt: words } : {}) });
            }}
          >
            {price === null ? 'Make it' : `Make it for ${exactUsd(price)}`}
          </Button>
        </>
      }
    >
      <Field
        label="What it shows"
        aside={`${String(draft.prompt.length)} / ${String(LONGEST)}`}
        hint={isRewritten ? 'Made in your words.' : 'As it is, it becomes another take of the same words.'}
        error={words ? undefined : 'Say what this scene shows.'}
      >
        {(control) => (
          <TextArea
            {...control}
            rows={5}
            maxLength={LONGEST}
            value={draft.prompt}
            onChange={(event) => {
              setDraft({ prompt: event.target.value });
            }}
          />
        )}
      </Field>
      <Following job={job} number={number} checked={cascade} onChange={setCascade} />
      <p>The other scenes are kept and cost nothing; so is this take, in case you want it back.</p>
    </Dialog>
  );
}
