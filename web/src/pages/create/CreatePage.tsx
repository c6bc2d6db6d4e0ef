import { PageTitle } from '@/ui/PageTitle';

export function CreatePage() {
  return <PageTitle title="Create" lead="Say what you want to see." />;
}
