import { useState } from 'react';
import type { Api } from '@/api/types';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Deliveries } from '@/pages/settings/Deliveries';
import { useWebhook } from '@/pages/settings/useWebhook';
import { formatMoment } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import styles from '@/pages/settings/Panel.module.css';

interface Props {
  webhook: Api<'HookView'>;
  onSecret: (secret: string) => void;
}

function standingOf(webhook: Api<'HookView'>): string {
  if (webhook.enabled) {
    return webhook.failing_since ? `Failing since ${formatMoment(webhook.failing_since)}` : 'On';
  }
  const why = webhook.disabled_for === 'gone' ? 'it answered that it is gone' : 'it failed for too long';
  return `Switched off${webhook.disabled_at ? ` on ${formatMoment(webhook.disabled_at)}` : ''}: ${why}`;
}

export function WebhookRow({ webhook, onSecret }: Props) {
  const [isAsking, setIsAsking] = useState(false);
  const [isOpen, setIsOpen] = useState(false);
  const { test, rotate, enable, remove } = useWebhook(webhook.webhook_id, onSecret);
  return (
    <Card as="li" className={styles.row ?? ''}>
      <h3>{webhook.url}</h3>
      <p className={styles.muted}>
        {webhook.description ? `${webhook.description} · ` : ''}
        {standingOf(webhook)}
      </p>
      <ul className={styles.tags} aria-label="What it is told">
        {webhook.events.map((event) => (
          <li key={event} className={styles.tag}>
            {event}
          </li>
        ))}
      </ul>
      <div className={styles.actions}>
        <Button variant="quiet" busy={test.isPending} onClick={() => { test.mutate(); }}>
          Send a test
        </Button>
        <Button variant="quiet" aria-expanded={isOpen} onClick={() => { setIsOpen(!isOpen); }}>
          Deliveries
        </Button>
        <Button variant="quiet" busy={rotate.isPending} onClick={() => { rotate.mutate(); }}>
          New secret
        </Button>
        {webhook.enabled ? null : (
          <Button variant="quiet" busy={enable.isPending} onClick={() => { enable.mutate(); }}>
            Switch it on again
          </Button>
        )}
        <Button variant="quiet" busy={remove.isPending} onClick={() => { setIsAsking(true); }}>
          Delete
        </Button>
      </div>
      {isOpen ? <Deliveries webhookId={webhook.webhook_id} /> : null}
      <ConfirmDialog
        open={isAsking}
        title="Delete this webhook?"
        action="Delete it"
        onClose={() => { setIsAsking(false); }}
        onConfirm={() => { remove.mutate(); }}
      >
        {webhook.url} is told nothing more, and what was to be sent to it is dropped.
      </ConfirmDialog>
    </Card>
  );
}
