import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { ProblemError } from '@/api/problem';
import type { Api } from '@/api/types';

const LOOK_AGAIN_MS = 1500;

/** Has a storyboard planned: its scenes and their price, before any clip is paid for. */
export function usePlan(onPlanned: (plan: Api<'PlanView'>) => void) {
  const queries = useQueryClient();
  return useMutation({
    meta: { quiet: true },
    mutationFn: async (order: Omit<Api<'StoryboardOrder'>, 'fresh'>) => {
      let plan = await unwrap(api.POST('/api/v1/storyboards', { body: { ...order, fresh: false } }));
      while (plan.storyboard === null && plan.problem === null) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
        const params = { path: { storyboard_id: plan.storyboard_id } };
        plan = await unwrap(api.GET('/api/v1/storyboards/{storyboard_id}', { params }));
      }
      if (plan.problem) throw new ProblemError({ title: 'No storyboard', status: 200, ...plan.problem });
      return plan;
    },
    onSuccess: (plan) => {
      void queries.invalidateQueries({ queryKey: ['usage'] });
      queries.setQueryData(['plan', plan.storyboard_id], plan);
      onPlanned(plan);
    },
  });
}
