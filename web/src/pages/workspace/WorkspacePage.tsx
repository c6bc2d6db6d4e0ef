import { PageTitle } from '@/ui/PageTitle';

export function WorkspacePage() {
  return <PageTitle title="Video" />;
}
