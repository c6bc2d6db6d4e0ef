import type { ErrorComponentProps } from '@tanstack/react-router';
import { PageTitle } from '@/ui/PageTitle';
import { ProblemNotice } from '@/ui/ProblemNotice';

/** What stands in a page's place when the page itself broke, or could not be loaded. */
export function ProblemPage({ error }: ErrorComponentProps) {
  return (
    <>
      <PageTitle title="This page cannot be shown" />
      <ProblemNotice
        error={error}
        onRetry={() => {
          location.reload();
        }}
      />
    </>
  );
}
