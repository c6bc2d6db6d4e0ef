import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { useKeptForm } from '@/lib/useKeptForm';
import { kept } from '@/lib/useStored';
import { Choices } from '@/pages/settings/Choices';
import { keysQuery } from '@/pages/settings/queries';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Field } from '@/ui/Field';
import { Input } from '@/ui/Input';
import { ProblemNotice } from '@/ui/ProblemNotice';
import styles from '@/pages/settings/Panel.module.css';

const SCOPES = [
  ['jobs:read', 'See videos, storyboards and uploads'],
  ['jobs:write', 'Order, change and cancel them: this spends money'],
  ['usage:read', 'See usage and ledger'],
  ['webhooks:read', 'See webhooks'],
  ['webhooks:write', 'Change webhooks'],
] as const satisfies readonly (readonly [Api<'Scope'>, string])[];

type Values = Required<Api<'KeyOrder'>>;

const NAME = {
  maxLength: { value: 100, message: 'Up to 100 characters.' },
  validate: (name: string) => name.trim() !== '' || 'Say which program it is for.',
};
const DAYS = {
  valueAsNumber: true,
  validate: (days: number) => (Number.isInteger(days) && days >= 1 && days <= 365) || 'From 1 to 365 days.',
} as const;
const CHOSEN = { validate: (scopes: string[]) => scopes.length > 0 || 'Choose at least one thing that it may do.' };
const NOTHING: Values = { name: '', scopes: ['jobs:read', 'jobs:write'], expires_in_days: 90 };

const DRAFT_KEY = 'omnigen.draft.key';
const KEPT = ['name', 'scopes', 'expires_in_days'] as const;

interface Props {
  onMade: (key: Api<'NewKey'>) => void;
}

export function NewKeyForm({ onMade }: Props) {
  const queries = useQueryClient();
  const form = useForm({ defaultValues: kept(DRAFT_KEY, NOTHING) });
  useKeptForm(DRAFT_KEY, form, KEPT);
  const make = useMutation({
    mutationFn: (body: Values) => unwrap(api.POST('/api/v1/keys', { body })),
    meta: { quiet: true },
    onSuccess: (key) => {
      onMade(key);
      localStorage.removeItem(DRAFT_KEY);
      form.reset(NOTHING);
      return queries.invalidateQueries({ queryKey: keysQuery.queryKey });
    },
  });
  const { errors } = form.formState;
  return (
    <Card aria-labelledby="new-key">
      <form
        className={styles.form}
        noValidate
        onSubmit={form.handleSubmit((values) => {
          make.mutate(values);
        })}
      >
        <h2 id="new-key">New key</h2>
        {make.error ? <ProblemNotice error={make.error} /> : null}
        <div className={styles.pair}>
          <Field label="Name" hint="The program that will use it." error={errors.name?.message}>
            {(control) => <Input {...control} {...form.register('name', NAME)} autoComplete="off" />}
          </Field>
          <Field label="Good for (days)" error={errors.expires_in_days?.message}>
            {(control) => (
              <Input {...control} {...form.register('expires_in_days', DAYS)} type="number" min={1} max={365} />
            )}
          </Field>
        </div>
        <Choices legend="What it may do" field={form.register('scopes', CHOSEN)} choices={SCOPES} error={errors.scopes?.message} />
        <div className={styles.actions}>
          <Button type="submit" busy={make.isPending}>
            Make a key
          </Button>
        </div>
      </form>
    </Card>
  );
}
