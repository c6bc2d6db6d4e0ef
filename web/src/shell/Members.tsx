import { Outlet } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { PageSkeleton } from '@/shell/PageSkeleton';
import { SignInPrompt } from '@/shell/SignInPrompt';
import { useMe } from '@/session/useMe';
import { PageTitle } from '@/ui/PageTitle';
import { ProblemNotice } from '@/ui/ProblemNotice';

/** The pages of people who are signed in; whoever is not is asked to, and comes back to the same page. */
export function Members() {
  const { data: me, error, refetch } = useMe();
  const [isAsked, setIsAsked] = useState(false);
  useEffect(() => {
    if (!me && !isAsked) {
      void refetch().finally(() => {
        setIsAsked(true);
      });
    }
  }, [me, isAsked, refetch]);
  if (me) return <Outlet />;
  if (error) {
    return (
      <>
        <PageTitle title="This page cannot be shown" />
        <ProblemNotice error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  return isAsked ? <SignInPrompt /> : <PageSkeleton />;
}
