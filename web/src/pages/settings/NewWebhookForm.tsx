import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { useKeptForm } from '@/lib/useKeptForm';
import { kept } from '@/lib/useStored';
import { Choices } from '@/pages/settings/Choices';
import { webhooksQuery } from '@/pages/settings/queries';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Field } from '@/ui/Field';
import { Input } from '@/ui/Input';
import { ProblemNotice } from '@/ui/ProblemNotice';
import styles from '@/pages/settings/Panel.module.css';

const EVENTS = [
  ['job.completed', 'A video is finished'],
  ['job.failed', 'A video has failed'],
  ['job.canceled', 'A video was canceled'],
  ['job.created', 'A video was ordered'],
  ['job.planned', 'Its storyboard is there'],
  ['job.resumed', 'It goes on, or is made anew'],
  ['webhook.disabled', 'Another webhook was switched off'],
] as const;

type Values = Required<Api<'HookOrder'>>;

const URL_RULES = {
  required: 'Enter an address that begins with https://',
  maxLength: { value: 1000, message: 'Up to 1000 characters.' },
  pattern: { value: /^https?:\/\/[!-~]+$/, message: 'Enter an address that begins with https://' },
} as const;
const DESCRIPTION = { maxLength: { value: 200, message: 'Up to 200 characters.' } } as const;
const CHOSEN = { validate: (events: string[]) => events.length > 0 || 'Choose at least one event.' };
const NOTHING: Values = { url: '', description: '', events: ['job.completed', 'job.failed', 'job.canceled'] };

const DRAFT_KEY = 'omnigen.draft.webhook';
const KEPT = ['url', 'description', 'events'] as const;

interface Props {
  onMade: (secret: string) => void;
}

export function NewWebhookForm({ onMade }: Props) {
  const queries = useQueryClient();
  const form = useForm({ defaultValues: kept(DRAFT_KEY, NOTHING) });
  useKeptForm(DRAFT_KEY, form, KEPT);
  const make = useMutation({
    mutationFn: (body: Values) => unwrap(api.POST('/api/v1/webhooks', { body })),
    meta: { quiet: true },
    onSuccess: (webhook) => {
      onMade(webhook.secret);
      localStorage.removeItem(DRAFT_KEY);
      form.reset(NOTHING);
      return queries.invalidateQueries({ queryKey: webhooksQuery.queryKey });
    },
  });
  const { errors } = form.formState;
  return (
    <Card aria-labelledby="new-webhook">
      <form
        className={styles.form}
        noValidate
        onSubmit={form.handleSubmit((values) => {
          make.mutate(values);
        })}
      >
        <h2 id="new-webhook">New webhook</h2>
        {make.error ? <ProblemNotice error={make.error} /> : null}
        <div className={styles.pair}>
          <Field label="Address" error={errors.url?.message}>
            {(control) => <Input {...control} {...form.register('url', URL_RULES)} type="url" placeholder="https://" autoComplete="off" />}
          </Field>
          <Field label="Description" error={errors.description?.message}>
            {(control) => <Input {...control} {...form.register('description', DESCRIPTION)} autoComplete="off" />}
          </Field>
        </div>
        <Choices legend="What it is told" field={form.register('events', CHOSEN)} choices={EVENTS} error={errors.events?.message} />
        <div className={styles.actions}>
          <Button type="submit" busy={make.isPending}>
            Add the webhook
          </Button>
        </div>
      </form>
    </Card>
  );
}
