import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { webhooksQuery } from '@/pages/settings/queries';
import { tell } from '@/ui/toasts';

function tellOfTest(delivery: Api<'DeliveryView'>): void {
  const last = delivery.attempts.at(-1);
  if (delivery.state === 'delivered') tell('The test was delivered', `It answered ${String(last?.status ?? '')}.`);
  else tell('The test was not delivered', last?.detail ?? 'It will be tried again.');
}

/** What can be done with a webhook; each change is shown once it is made. */
export function useWebhook(webhookId: string, onSecret: (secret: string) => void) {
  const queries = useQueryClient();
  const params = { path: { webhook_id: webhookId } };
  const onSettled = () => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey });
  const test = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/webhooks/{webhook_id}/test', { params })),
    onSuccess: tellOfTest,
    onSettled,
  });
  const rotate = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/webhooks/{webhook_id}/rotate', { params })),
    onSuccess: ({ secret }) => {
      onSecret(secret);
    },
    onSettled,
  });
  const enable = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/webhooks/{webhook_id}/enable', { params })),
    onSettled,
  });
  const remove = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/webhooks/{webhook_id}', { params })),
    // Its deliveries are gone with it: only the list is asked again.
    onSettled: () => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey, exact: true }),
  });
  return { test, rotate, enable, remove };
}
