import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { formatMoment } from '@/lib/words';
import { Button } from '@/ui/Button';
import { tell } from '@/ui/toasts';
import styles from '@/pages/settings/Panel.module.css';

interface Props {
  webhookId: string;
  delivery: Api<'DeliveryView'>;
}

const answerOf = (attempt: Api<'AttemptView'>): string =>
  `${formatMoment(attempt.at)}: ${attempt.status === null ? attempt.detail : `answered ${String(attempt.status)}`}, ${String(attempt.duration_ms)} ms`;

export function DeliveryRow({ webhookId, delivery }: Props) {
  const queries = useQueryClient();
  const path = { webhook_id: webhookId, delivery_id: delivery.delivery_id };
  const resend = useMutation({
    mutationFn: () =>
      unwrap(api.POST('/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/resend', { params: { path } })),
    onSuccess: () => {
      tell('It is being sent again');
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['webhooks', webhookId] }),
  });
  return (
    <li className={styles.head}>
      <div>
        <p>
          {delivery.type} <span className={styles.tag}>{delivery.state}</span>
        </p>
        {delivery.job_id ? <p className={styles.muted}>{delivery.job_id}</p> : null}
        <ul className={styles.muted}>
          {delivery.attempts.map((attempt) => (
            <li key={attempt.at}>{answerOf(attempt)}</li>
          ))}
          {delivery.next_attempt_at ? <li>Next attempt {formatMoment(delivery.next_attempt_at)}</li> : null}
        </ul>
      </div>
      <Button
        variant="quiet"
        busy={resend.isPending}
        onClick={() => {
          resend.mutate();
        }}
      >
        Send again
      </Button>
    </li>
  );
}
