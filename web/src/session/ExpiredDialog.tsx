import { useEffect, useSyncExternalStore } from 'react';
import { session, SIGN_INS } from '@/session/session';
import { signInUrl } from '@/session/signIn';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';

function openSignIn(): void {
  window.open(signInUrl('/signed-in'), 'omnigen-sign-in', 'popup,width=520,height=720');
}

/** The session has ended while somebody was at work: they sign in again in a window beside, and the page goes on. */
export function ExpiredDialog() {
  const isExpired = useSyncExternalStore(session.subscribe, session.isExpired);
  useEffect(() => {
    if (!isExpired) return undefined;
    const channel = new BroadcastChannel(SIGN_INS);
    const look = () => void session.resume();
    channel.addEventListener('message', look);
    window.addEventListener('focus', look);
    return () => {
      channel.close();
      window.removeEventListener('focus', look);
    };
  }, [isExpired]);
  return (
    <Dialog
      open={isExpired}
      onClose={session.giveUp}
      title="You have been signed out"
      footer={
        <>
          <Button variant="quiet" onClick={session.giveUp}>
            Stay signed out
          </Button>
          <Button onClick={openSignIn}>Sign in again</Button>
        </>
      }
    >
      <p>
        Your session has ended. Nothing is lost: sign in again in the window that opens, and this page goes on where it
        was. Videos under way are being made meanwhile.
      </p>
    </Dialog>
  );
}
