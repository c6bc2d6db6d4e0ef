import { useEffect } from 'react';
import { SIGN_INS } from '@/session/session';
import { LinkButton } from '@/ui/LinkButton';
import { PageTitle } from '@/ui/PageTitle';

/** Where a sign-in in a window of its own ends: the page that waits is told, and the window closes. */
export function SignedInPage() {
  useEffect(() => {
    const channel = new BroadcastChannel(SIGN_INS);
    channel.postMessage('signed-in');
    channel.close();
    if (window.opener !== null) window.close();
  }, []);
  return (
    <>
      <PageTitle title="You are signed in" lead="This window can be closed; your page goes on." />
      <LinkButton to="/create">Make a video here</LinkButton>
    </>
  );
}
