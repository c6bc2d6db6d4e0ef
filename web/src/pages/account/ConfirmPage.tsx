import { useMutation } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { AccountCard } from '@/pages/account/AccountCard';
import { CodeField } from '@/pages/account/CodeField';
import { EmailField } from '@/pages/account/EmailField';
import { CODE, EMAIL } from '@/pages/account/rules';
import { signInUrl } from '@/session/signIn';
import { Button } from '@/ui/Button';
import { buttonClass } from '@/ui/buttonClass';
import { EmptyState } from '@/ui/EmptyState';
import { ProblemNotice } from '@/ui/ProblemNotice';

export function ConfirmPage() {
  const { email = '' } = useSearch({ from: '/confirm' });
  const form = useForm({ defaultValues: { email, code: '' } });
  const confirm = useMutation({
    mutationFn: (body: Api<'Confirmation'>) => unwrap(api.POST('/api/v1/auth/confirm', { body })),
    meta: { quiet: true },
  });
  const { errors } = form.formState;
  if (confirm.isSuccess) {
    return (
      <EmptyState
        level={1}
        title="Your account is ready"
        action={
          <a className={buttonClass('primary')} href={signInUrl('/create')}>
            Sign in
          </a>
        }
      >
        Sign in once, and make your first video.
      </EmptyState>
    );
  }
  return (
    <AccountCard
      title="Confirm your address"
      lead="Enter the newest code that was sent to you."
      onSubmit={form.handleSubmit((values) => {
        confirm.mutate(values);
      })}
      footer={<Link to="/sign-up">Send me another code: create the account again</Link>}
    >
      {confirm.error ? <ProblemNotice error={confirm.error} /> : null}
      <EmailField field={form.register('email', EMAIL)} error={errors.email?.message} />
      <CodeField field={form.register('code', CODE)} error={errors.code?.message} />
      <Button type="submit" busy={confirm.isPending}>
        Confirm
      </Button>
    </AccountCard>
  );
}
