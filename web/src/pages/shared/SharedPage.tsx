import { queryOptions, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { problemOf } from '@/api/problem';
import { Credentials } from '@/parts/credentials/Credentials';
import { Player } from '@/parts/Player';
import { filmOf } from '@/pages/shared/film';
import { buttonClass } from '@/ui/buttonClass';
import { EmptyState } from '@/ui/EmptyState';
import { PageTitle } from '@/ui/PageTitle';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import styles from '@/pages/shared/SharedPage.module.css';

const sharedQuery = (token: string) =>
  queryOptions({
    queryKey: ['shared', token],
    queryFn: () => unwrap(api.GET('/api/v1/share/{token}', { params: { path: { token } } })),
    // Another look gives other addresses of the same files, which begin anew: not while somebody watches, but before
    // those that were given are good no more, after a quarter of an hour.
    staleTime: 12 * 60_000,
  });

/** What somebody with a link is shown, without an account. */
export function SharedPage() {
  const { token } = useParams({ from: '/shared/$token' });
  const { data, error, refetch } = useQuery(sharedQuery(token));
  if (error && problemOf(error).status === 404) {
    return (
      <EmptyState level={1} title="This link shows nothing (any more)">
        It has ended or was revoked. Ask whoever gave it to you for another one.
      </EmptyState>
    );
  }
  if (!data) {
    return (
      <>
        <PageTitle title="A video" />
        {error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Skeleton label="Loading the video" lines={6} />}
      </>
    );
  }
  const film = filmOf(data);
  return (
    <div className={styles.page}>
      <PageTitle
        title={data.title || 'A video'}
        lead="Made with OmniGen, by AI."
        actions={
          <a className={buttonClass('quiet')} href={film.video} download>
            Download
          </a>
        }
      />
      <Player film={film} />
      <Credentials file={film.video} version={token} />
    </div>
  );
}
