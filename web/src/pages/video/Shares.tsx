import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { formatDay } from '@/lib/words';
import { SecretDialog } from '@/ui/SecretDialog';
import { sharesQuery } from '@/pages/video/queries';
import { Button } from '@/ui/Button';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import styles from '@/pages/video/Details.module.css';

interface Props {
  jobId: string;
}

/** Links that show the finished video to whoever has them, until they end or are revoked. */
export function Shares({ jobId }: Props) {
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(sharesQuery(jobId));
  const [link, setLink] = useState<string | null>(null);
  const onSettled = () => queries.invalidateQueries({ queryKey: sharesQuery(jobId).queryKey });
  const share = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/jobs/{job_id}/shares', { params: { path: { job_id: jobId } } })),
    onSuccess: ({ token }) => {
      setLink(`${location.origin}/shared/${token}`);
    },
    onSettled,
  });
  const revoke = useMutation({
    mutationFn: (shareId: string) =>
      unwrap(
        api.DELETE('/api/v1/jobs/{job_id}/shares/{share_id}', {
          params: { path: { job_id: jobId, share_id: shareId } },
        }),
      ),
    onSettled,
  });
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton label="Loading links" />;
  return (
    <div className={styles.exports}>
      <p>Whoever has a link sees this video, and nothing else of yours.</p>
      <div>
        <Button
          busy={share.isPending}
          onClick={() => {
            share.mutate();
          }}
        >
          Make a link
        </Button>
      </div>
      <ul className={styles.list}>
        {data.shares.map((each) => (
          <li key={each.share_id} className={styles.row}>
            <span>
              Made on {formatDay(each.created_at)}, good until {formatDay(each.expires_at)}
            </span>
            <Button
              variant="quiet"
              onClick={() => {
                revoke.mutate(each.share_id);
              }}
            >
              Revoke
            </Button>
          </li>
        ))}
      </ul>
      <SecretDialog
        title="The link"
        secret={link}
        onClose={() => {
          setLink(null);
        }}
      >
        It is shown this once.
      </SecretDialog>
    </div>
  );
}
