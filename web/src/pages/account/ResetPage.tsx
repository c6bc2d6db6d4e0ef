import { useMutation } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { AccountCard } from '@/pages/account/AccountCard';
import { CodeField } from '@/pages/account/CodeField';
import { EmailField } from '@/pages/account/EmailField';
import { PasswordField } from '@/pages/account/PasswordField';
import { CODE, EMAIL, PASSWORD } from '@/pages/account/rules';
import { signInUrl } from '@/session/signIn';
import { Button } from '@/ui/Button';
import { buttonClass } from '@/ui/buttonClass';
import { EmptyState } from '@/ui/EmptyState';
import { ProblemNotice } from '@/ui/ProblemNotice';

export function ResetPage() {
  const { email = '' } = useSearch({ from: '/reset' });
  const form = useForm({ defaultValues: { email, code: '', password: '' } });
  const reset = useMutation({
    mutationFn: (body: Api<'NewPassword'>) => unwrap(api.POST('/api/v1/auth/reset-password', { body })),
    meta: { quiet: true },
  });
  const { errors } = form.formState;
  if (reset.isSuccess) {
    return (
      <EmptyState
        level={1}
        title="Your password is changed"
        action={
          <a className={buttonClass('primary')} href={signInUrl('/create')}>
            Sign in
          </a>
        }
      >
        Sign in with the new one.
      </EmptyState>
    );
  }
  return (
    <AccountCard
      title="Choose a new password"
      lead="The code says that the address is yours."
      onSubmit={form.handleSubmit((values) => {
        reset.mutate(values);
      })}
      footer={<Link to="/forgot">Send me another code</Link>}
    >
      {reset.error ? <ProblemNotice error={reset.error} /> : null}
      <EmailField field={form.register('email', EMAIL)} error={errors.email?.message} />
      <CodeField field={form.register('code', CODE)} error={errors.code?.message} />
      <PasswordField label="New password" field={form.register('password', PASSWORD)} error={errors.password?.message} />
      <Button type="submit" busy={reset.isPending}>
        Change my password
      </Button>
    </AccountCard>
  );
}
