import { Outlet } from '@tanstack/react-router';
import { PageSkeleton } from '@/shell/PageSkeleton';
import { SignInPrompt } from '@/shell/SignInPrompt';
import { useMe } from '@/session/useMe';
import { ProblemNotice } from '@/ui/ProblemNotice';

/** The pages of people who are signed in; whoever is not is asked to, and comes back to the same page. */
export function Members() {
  const { data: me, isPending, error, refetch } = useMe();
  if (isPending) return <PageSkeleton />;
  if (error && !me) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return me ? <Outlet /> : <SignInPrompt />;
}
