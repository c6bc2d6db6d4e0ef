import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { keysQuery } from '@/pages/settings/queries';
import { formatDay, formatMoment } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { tell } from '@/ui/toasts';
import styles from '@/pages/settings/Panel.module.css';

interface Props {
  apiKey: Api<'KeyAnswer'>;
}

export function KeyRow({ apiKey }: Props) {
  const queries = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const revoke = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/v1/keys/{key_id}', { params: { path: { key_id: apiKey.key_id } } })),
    onSuccess: () => {
      tell(`${apiKey.name} is revoked`, 'It stops working within a minute.');
      return queries.invalidateQueries({ queryKey: keysQuery.queryKey });
    },
  });
  return (
    <Card as="li" className={styles.row ?? ''}>
      <div className={styles.head}>
        <div>
          <h3>{apiKey.name}</h3>
          <p className={styles.muted}>
            Made on {formatDay(apiKey.created_at)}, good until {formatDay(apiKey.expires_at)},{' '}
            {apiKey.last_used_at ? `last used ${formatMoment(apiKey.last_used_at)}` : 'never used'}
          </p>
        </div>
        <Button
          variant="quiet"
          busy={revoke.isPending}
          aria-label={`Revoke ${apiKey.name}`}
          onClick={() => {
            setIsAsking(true);
          }}
        >
          Revoke
        </Button>
      </div>
      <ul className={styles.tags} aria-label="What it may do">
        {apiKey.scopes.map((scope) => (
          <li key={scope} className={styles.tag}>
            {scope}
          </li>
        ))}
      </ul>
      <ConfirmDialog
        open={isAsking}
        title={`Revoke ${apiKey.name}?`}
        action="Revoke it"
        onClose={() => {
          setIsAsking(false);
        }}
        onConfirm={() => {
          revoke.mutate();
        }}
      >
        Whatever uses this key stops working within a minute, and it cannot be brought back.
      </ConfirmDialog>
    </Card>
  );
}
