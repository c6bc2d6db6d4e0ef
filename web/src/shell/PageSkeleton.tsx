import { Skeleton } from '@/ui/Skeleton';

export function PageSkeleton() {
  return <Skeleton label="The page is being loaded" lines={6} />;
}
