import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { modelsQuery } from '@/api/queries/models';
import { Editor } from '@/pages/storyboard/Editor';
import { LinkButton } from '@/ui/LinkButton';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';

export function StoryboardPage() {
  const { planId } = useParams({ strict: false });
  const plan = useQuery({
    queryKey: ['plan', planId],
    queryFn: () =>
      unwrap(api.GET('/api/v1/storyboards/{storyboard_id}', { params: { path: { storyboard_id: planId ?? '' } } })),
    staleTime: Infinity,
  });
  const models = useQuery(modelsQuery);
  const error = plan.error ?? models.error;
  if (error) return <ProblemNotice error={error} action={<LinkButton to="/create">To a new video</LinkButton>} />;
  if (!plan.data || !models.data) return <Skeleton label="The storyboard is being loaded" lines={6} />;
  if (!plan.data.storyboard) return <Skeleton label="The scenes are being planned" lines={6} />;
  return <Editor key={planId} plan={plan.data} board={plan.data.storyboard} catalogue={models.data} />;
}
