import { useQuery } from '@tanstack/react-query';
import { modelsQuery } from '@/api/queries/models';
import { CreateForm } from '@/pages/create/CreateForm';
import { PageTitle } from '@/ui/PageTitle';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';

export function CreatePage() {
  const { data: catalogue, error, isPending, refetch } = useQuery(modelsQuery);
  return (
    <>
      <PageTitle title="Create" lead="Say what you want to see. Nothing is spent before you have seen the price." />
      {isPending ? <Skeleton label="The models are being loaded" lines={6} /> : null}
      {error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {catalogue ? <CreateForm catalogue={catalogue} /> : null}
    </>
  );
}
