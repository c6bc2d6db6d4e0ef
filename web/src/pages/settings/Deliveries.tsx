import { useInfiniteQuery } from '@tanstack/react-query';
import { DeliveryRow } from '@/pages/settings/DeliveryRow';
import { deliveriesQuery } from '@/pages/settings/queries';
import { Button } from '@/ui/Button';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import styles from '@/pages/settings/Panel.module.css';

interface Props {
  webhookId: string;
}

/** What was sent to a webhook, newest first, and what it answered. */
export function Deliveries({ webhookId }: Props) {
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(
    deliveriesQuery(webhookId),
  );
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton label="Loading deliveries" />;
  const deliveries = data.pages.flatMap((page) => page.deliveries);
  if (deliveries.length === 0) return <p className={styles.muted}>Nothing was sent yet.</p>;
  return (
    <>
      <ul className={styles.list}>
        {deliveries.map((delivery) => (
          <DeliveryRow key={delivery.delivery_id} webhookId={webhookId} delivery={delivery} />
        ))}
      </ul>
      {hasNextPage ? (
        <Button variant="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Older ones
        </Button>
      ) : null}
    </>
  );
}
