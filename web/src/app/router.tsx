import { createRouter } from '@tanstack/react-router';
import { routeTree } from '@/app/routes';
import { PageSkeleton } from '@/shell/PageSkeleton';
import { NotFoundPage } from '@/shell/NotFoundPage';
import { ProblemPage } from '@/shell/ProblemPage';

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: ProblemPage,
  defaultNotFoundComponent: NotFoundPage,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
