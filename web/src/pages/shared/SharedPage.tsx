import { queryOptions, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { buttonClass } from '@/ui/buttonClass';
import { EmptyState } from '@/ui/EmptyState';
import { PageTitle } from '@/ui/PageTitle';
import { Skeleton } from '@/ui/Skeleton';
import styles from '@/pages/video/Player.module.css';

const sharedQuery = (token: string) =>
  queryOptions({
    queryKey: ['shared', token],
    queryFn: () => unwrap(api.GET('/api/v1/share/{token}', { params: { path: { token } } })),
  });

/** What somebody with a link is shown, without an account. */
export function SharedPage() {
  const { token } = useParams({ from: '/shared/$token' });
  const { data, error } = useQuery(sharedQuery(token));
  if (error) {
    return (
      <EmptyState level={1} title="This link shows nothing (any more)">
        It has ended or was revoked. Ask whoever gave it to you for another one.
      </EmptyState>
    );
  }
  if (!data) return <Skeleton label="Loading the video" lines={6} />;
  return (
    <>
      <PageTitle
        title={data.title || 'A video'}
        lead="Made with OmniGen, by AI."
        actions={
          <a className={buttonClass('quiet')} href={data.links.video} download>
            Download
          </a>
        }
      />
      {/* eslint-disable-next-line jsx-a11y/media-has-caption -- captions are a track inside of the file */}
      <video src={data.links.video} poster={data.links.thumbnail} controls playsInline className={styles.video} />
    </>
  );
}
