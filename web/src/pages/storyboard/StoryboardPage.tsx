import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { modelsQuery } from '@/api/queries/models';
import { Editor } from '@/pages/storyboard/Editor';
import { LinkButton } from '@/ui/LinkButton';
import { PageTitle } from '@/ui/PageTitle';
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
  if (plan.data?.storyboard && models.data) {
    return <Editor key={planId} plan={plan.data} board={plan.data.storyboard} catalogue={models.data} />;
  }
  return (
    <>
      <PageTitle title="Storyboard" />
      {error ? (
        <ProblemNotice error={error} action={<LinkButton to="/create">To a new video</LinkButton>} />
      ) : (
        <Skeleton label={plan.data ? 'The scenes are being planned' : 'The storyboard is being loaded'} lines={6} />
      )}
    </>
  );
}
