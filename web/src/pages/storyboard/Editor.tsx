import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useEstimate } from '@/api/queries/useEstimate';
import { useOrder } from '@/api/queries/useOrder';
import type { Api } from '@/api/types';
import { OrderKey } from '@/lib/orderKey';
import { useStored } from '@/lib/useStored';
import { budgetKey, budgetProblem } from '@/pages/create/draft';
import { Summary } from '@/pages/create/Summary';
import { orderAgain } from '@/parts/orderAgain';
import { countFrames, type Board } from '@/pages/storyboard/board';
import { SceneList } from '@/pages/storyboard/SceneList';
import { Button } from '@/ui/Button';
import { PageTitle } from '@/ui/PageTitle';
import styles from '@/pages/storyboard/Storyboard.module.css';

interface Props {
  plan: Api<'PlanView'>;
  board: Board;
  catalogue: Api<'CatalogueView'>;
}

/** A plan in its user's hands: what they change is kept in this browser until the video is ordered. */
export function Editor({ plan, board, catalogue }: Props) {
  const [edited, setEdited, forget] = useStored<Board>(`omnigen.draft.${plan.storyboard_id}`, board);
  const [{ budget }, setBudget, forgetBudget] = useStored(budgetKey(plan.storyboard_id), { budget: '' });
  const [key] = useState(() => new OrderKey());
  const navigate = useNavigate();
  const model = catalogue.video.find((one) => one.name === plan.request.model);
  const isWhole = edited.scenes.every((scene) => scene.prompt.trim() !== '');
  const body = orderAgain(plan.request, edited, model);
  const estimate = useEstimate(isWhole ? body : null);
  const order = useOrder(({ job_id: jobId }) => {
    key.spend();
    forget();
    forgetBudget();
    void navigate({ to: '/videos/$jobId', params: { jobId } });
  });
  const isWithin = !budgetProblem(budget, estimate.data?.price.total_usd);
  const generate = () => {
    const asked = budget.trim() ? { ...body, max_cost_usd: budget.trim() } : body;
    order.mutate({ order: asked, key: key.for(asked) });
  };
  return (
    <>
      <PageTitle
        title={edited.title}
        windowTitle="Storyboard"
        lead={`${countFrames(edited.scenes) / 30} seconds in ${edited.scenes.length} scenes. Change what you like; the price follows.`}
        actions={
          <Button
            variant="quiet"
            onClick={() => {
              setEdited(board);
            }}
          >
            As it was planned
          </Button>
        }
      />
      <div className={styles.layout}>
        <SceneList board={edited} lengths={model?.durations_s ?? []} isSpoken={plan.request.narration} onChange={setEdited} />
        <Summary
          estimate={estimate}
          budget={budget}
          onBudget={(next) => {
            setBudget({ budget: next });
          }}
          problem={order.error}
        >
          <Button busy={order.isPending} disabled={!isWhole || !isWithin} onClick={generate}>
            Generate
          </Button>
        </Summary>
      </div>
    </>
  );
}
