import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { useKeptForm } from '@/lib/useKeptForm';
import { kept } from '@/lib/useStored';
import { AccountCard } from '@/pages/account/AccountCard';
import { EmailField } from '@/pages/account/EmailField';
import { PasswordField } from '@/pages/account/PasswordField';
import { EMAIL, PASSWORD } from '@/pages/account/rules';
import { signInUrl } from '@/session/signIn';
import { Button } from '@/ui/Button';
import { ProblemNotice } from '@/ui/ProblemNotice';

const DRAFT_KEY = 'omnigen.draft.sign-up';
const KEPT = ['email'] as const;

export function SignUpPage() {
  const navigate = useNavigate();
  const form = useForm({ defaultValues: { ...kept(DRAFT_KEY, { email: '' }), password: '' } });
  useKeptForm(DRAFT_KEY, form, KEPT);
  const signUp = useMutation({
    mutationFn: (body: Api<'NewAccount'>) => unwrap(api.POST('/api/v1/auth/sign-up', { body })),
    meta: { quiet: true },
    onSuccess: (_sent, { email }) => {
      localStorage.removeItem(DRAFT_KEY);
      return navigate({ to: '/confirm', search: { email } });
    },
  });
  const { errors } = form.formState;
  return (
    <AccountCard
      title="Create an account"
      lead="A code will be sent to your address, to see that it is yours."
      onSubmit={form.handleSubmit((values) => {
        signUp.mutate(values);
      })}
      footer={
        <>
          <a href={signInUrl('/create')}>I have an account</a>
          <Link to="/confirm" search={{ email: undefined }}>I have a code</Link>
        </>
      }
    >
      {signUp.error ? <ProblemNotice error={signUp.error} /> : null}
      <EmailField field={form.register('email', EMAIL)} error={errors.email?.message} />
      <PasswordField label="Password" field={form.register('password', PASSWORD)} error={errors.password?.message} />
      <Button type="submit" busy={signUp.isPending}>
        Create my account
      </Button>
    </AccountCard>
  );
}
