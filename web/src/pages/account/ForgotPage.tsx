import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { AccountCard } from '@/pages/account/AccountCard';
import { EmailField } from '@/pages/account/EmailField';
import { EMAIL } from '@/pages/account/rules';
import { signInUrl } from '@/session/signIn';
import { Button } from '@/ui/Button';
import { ProblemNotice } from '@/ui/ProblemNotice';

export function ForgotPage() {
  const navigate = useNavigate();
  const form = useForm({ defaultValues: { email: '' } });
  const forgot = useMutation({
    mutationFn: (body: Api<'Address'>) => unwrap(api.POST('/api/v1/auth/forgot-password', { body })),
    meta: { quiet: true },
    onSuccess: (_sent, { email }) => navigate({ to: '/reset', search: { email } }),
  });
  return (
    <AccountCard
      title="Forgotten password"
      lead="If there is an account with your address, a code is sent to it."
      onSubmit={form.handleSubmit((values) => {
        forgot.mutate(values);
      })}
      footer={
        <>
          <a href={signInUrl('/create')}>I know it after all</a>
          <Link to="/reset" search={{ email: undefined }}>I have a code</Link>
        </>
      }
    >
      {forgot.error ? <ProblemNotice error={forgot.error} /> : null}
      <EmailField field={form.register('email', EMAIL)} error={form.formState.errors.email?.message} />
      <Button type="submit" busy={forgot.isPending}>
        Send me a code
      </Button>
    </AccountCard>
  );
}
