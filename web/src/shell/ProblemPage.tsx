import type { ErrorComponentProps } from '@tanstack/react-router';
import { ProblemNotice } from '@/ui/ProblemNotice';

/** What stands in a page's place when the page itself broke, or could not be loaded. */
export function ProblemPage({ error }: ErrorComponentProps) {
  return (
    <ProblemNotice
      error={error}
      onRetry={() => {
        location.reload();
      }}
    />
  );
}
