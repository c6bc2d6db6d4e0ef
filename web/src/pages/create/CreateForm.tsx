import { useNavigate } from '@tanstack/react-router';
import { Sparkles } from 'lucide-react';
import { useState } from 'react';
import { useEstimate } from '@/api/queries/useEstimate';
import { useOrder } from '@/api/queries/useOrder';
import type { Api } from '@/api/types';
import { OrderKey } from '@/lib/orderKey';
import { keep, useStored } from '@/lib/useStored';
import { budgetKey, budgetProblem, DRAFT_KEY, findModel, NEW_DRAFT, promptProblem, toOrder, type Draft } from '@/pages/create/draft';
import { LookCard } from '@/pages/create/LookCard';
import { ModelCard } from '@/pages/create/ModelCard';
import { PromptCard } from '@/pages/create/PromptCard';
import { ShapeCard } from '@/pages/create/ShapeCard';
import { SoundCard } from '@/pages/create/SoundCard';
import { Summary } from '@/pages/create/Summary';
import { usePlan } from '@/pages/create/usePlan';
import { Button } from '@/ui/Button';
import styles from '@/pages/create/Create.module.css';

/** The price does not depend on the words, so nothing is asked while they are typed. */
const ANY_PROMPT = 'whatever it is about';

interface Props {
  catalogue: Api<'CatalogueView'>;
}

export function CreateForm({ catalogue }: Props) {
  const [draft, setDraft] = useStored<Draft>(DRAFT_KEY, NEW_DRAFT);
  const [hasTried, setHasTried] = useState(false);
  const [key] = useState(() => new OrderKey());
  const navigate = useNavigate();
  const model = findModel(catalogue, draft.model);
  const lacksPicture = model?.needs_start_frame === true && !draft.reference;
  const estimate = useEstimate(model && !lacksPicture ? { ...toOrder(draft, model), prompt: ANY_PROMPT } : null);
  const plan = usePlan(({ storyboard_id: planId }) => {
    keep(budgetKey(planId), { budget: draft.budget });
    void navigate({ to: '/storyboards/$planId', params: { planId } });
  });
  const order = useOrder(({ job_id: jobId }) => {
    key.spend();
    setDraft({ ...draft, prompt: '', reference: '' });
    void navigate({ to: '/videos/$jobId', params: { jobId } });
  });
  if (!model) return null;
  const change = (changed: Partial<Draft>) => {
    setDraft({ ...draft, ...changed });
  };
  const isReady = !promptProblem(draft.prompt) && !budgetProblem(draft.budget, estimate.data?.price.total_usd);
  const attempt = (go: () => void) => () => {
    setHasTried(true);
    if (isReady && !lacksPicture) go();
    else document.querySelector<HTMLElement>('[name=prompt]')?.focus();
  };
  const planFirst = attempt(() => {
    order.reset();
    plan.mutate(toOrder(draft, model));
  });
  const makeNow = attempt(() => {
    plan.reset();
    const body = { ...toOrder(draft, model), ...(draft.budget.trim() ? { max_cost_usd: draft.budget.trim() } : {}) };
    order.mutate({ order: body, key: key.for(body) });
  });
  return (
    <form
      className={styles.layout}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        planFirst();
      }}
    >
      <div className={styles.cards}>
        <PromptCard draft={draft} hasTried={hasTried} onChange={change} />
        <ShapeCard draft={draft} model={model} limits={catalogue.limits} onChange={change} />
        <ModelCard draft={draft} model={model} models={catalogue.video} onChange={change} />
        <LookCard draft={draft} model={model} onChange={change} />
        <SoundCard draft={draft} catalogue={catalogue} onChange={change} />
      </div>
      <Summary
        estimate={estimate}
        budget={draft.budget}
        problem={plan.error ?? order.error}
        onBudget={(budget) => {
          change({ budget });
        }}
      >
        {lacksPicture ? <p>This model begins with a picture of yours: add one, or choose another model.</p> : null}
        <div className={styles.buttons}>
          <Button type="submit" busy={plan.isPending} disabled={order.isPending}>
            <Sparkles size={18} aria-hidden /> Plan first
          </Button>
          <Button variant="quiet" busy={order.isPending} disabled={plan.isPending} onClick={makeNow}>
            Generate now
          </Button>
        </div>
        <p className={styles.muted}>
          A plan costs at most ${catalogue.planner.ceiling_usd}: you see and change every scene before clips are paid for.
        </p>
      </Summary>
    </form>
  );
}
