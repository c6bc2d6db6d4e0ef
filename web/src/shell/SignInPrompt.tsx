import { LogIn } from 'lucide-react';
import { here, signInUrl } from '@/session/signIn';
import { buttonClass } from '@/ui/buttonClass';
import { EmptyState } from '@/ui/EmptyState';

export function SignInPrompt() {
  return (
    <EmptyState
      title="Sign in to go on"
      level={1}
      icon={<LogIn size={36} aria-hidden />}
      action={
        <a className={buttonClass('primary')} href={signInUrl(here())}>
          Sign in
        </a>
      }
    >
      This page is yours alone. After signing in you are back here.
    </EmptyState>
  );
}
