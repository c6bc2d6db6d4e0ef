import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { queries } from '@/app/queries';
import { router } from '@/app/router';
import { ToastArea } from '@/ui/ToastArea';

/** Everything that all pages need. The policy of the pages allows no style elements, so no component makes any. */
export function App() {
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <ToastArea>
          <RouterProvider router={router} />
        </ToastArea>
      </QueryClientProvider>
    </CSPProvider>
  );
}
