import { Skeleton } from '@/ui/Skeleton';

export function PageSkeleton() {
  return (
    <>
      <h1 className="visually-hidden">OmniGen</h1>
      <Skeleton label="The page is being loaded" lines={6} />
    </>
  );
}
