import { useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import type { Api } from '@/api/types';
import { KeyRow } from '@/pages/settings/KeyRow';
import { NewKeyForm } from '@/pages/settings/NewKeyForm';
import { keysQuery } from '@/pages/settings/queries';
import { SecretDialog } from '@/ui/SecretDialog';
import { EmptyState } from '@/ui/EmptyState';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import styles from '@/pages/settings/Panel.module.css';

export function KeysPanel() {
  const { data, error, refetch } = useQuery(keysQuery);
  const [made, setMade] = useState<Api<'NewKey'> | null>(null);
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton label="Loading your keys" />;
  return (
    <div className={styles.panel}>
      <NewKeyForm onMade={setMade} />
      {data.keys.length === 0 ? (
        <EmptyState title="No keys yet" icon={<KeyRound size={36} aria-hidden />}>
          A key lets a program of yours order videos as you. Give each program its own.
        </EmptyState>
      ) : (
        <ul className={styles.list}>
          {data.keys.map((key) => (
            <KeyRow key={key.key_id} apiKey={key} />
          ))}
        </ul>
      )}
      <SecretDialog
        title="Your new key"
        secret={made?.key ?? null}
        onClose={() => {
          setMade(null);
        }}
      >
        It is shown this once. Send it as <code>Authorization: Bearer omk_…</code>
      </SecretDialog>
    </div>
  );
}
