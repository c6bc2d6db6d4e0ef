import { useQuery } from '@tanstack/react-query';
import { Webhook } from 'lucide-react';
import { useState } from 'react';
import { NewWebhookForm } from '@/pages/settings/NewWebhookForm';
import { webhooksQuery } from '@/pages/settings/queries';
import { SecretDialog } from '@/ui/SecretDialog';
import { WebhookRow } from '@/pages/settings/WebhookRow';
import { EmptyState } from '@/ui/EmptyState';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import styles from '@/pages/settings/Panel.module.css';

export function WebhooksPanel() {
  const { data, error, refetch } = useQuery(webhooksQuery);
  const [secret, setSecret] = useState<string | null>(null);
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton label="Loading your webhooks" />;
  return (
    <div className={styles.panel}>
      <NewWebhookForm onMade={setSecret} />
      {data.webhooks.length === 0 ? (
        <EmptyState title="No webhooks yet" icon={<Webhook size={36} aria-hidden />}>
          A webhook is an address of yours that OmniGen tells when a video is finished, so that no program has to ask.
        </EmptyState>
      ) : (
        <ul className={styles.list}>
          {data.webhooks.map((webhook) => (
            <WebhookRow key={webhook.webhook_id} webhook={webhook} onSecret={setSecret} />
          ))}
        </ul>
      )}
      <SecretDialog
        title="The signing secret"
        secret={secret}
        onClose={() => {
          setSecret(null);
        }}
      >
        It is shown this once. What is sent to the address is signed with it (Standard Webhooks).
      </SecretDialog>
    </div>
  );
}
