import { PageTitle } from '@/ui/PageTitle';

export function StoryboardPage() {
  return <PageTitle title="Video" />;
}
