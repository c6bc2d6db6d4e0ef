import { useState } from 'react';
import { useSignOut } from '@/session/useSignOut';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import styles from '@/pages/settings/Panel.module.css';

/** For a computer that somebody has left, or that is not theirs any more. */
export function SignOutEverywhere() {
  const [isAsking, setIsAsking] = useState(false);
  const signOut = useSignOut();
  return (
    <Card className={styles.row ?? ''} aria-labelledby="sessions">
      <div className={styles.head}>
        <div>
          <h2 id="sessions">Where you are signed in</h2>
          <p className={styles.muted}>Every browser that you have signed in with. API keys go on working.</p>
        </div>
        <Button
          variant="quiet"
          busy={signOut.isPending}
          onClick={() => {
            setIsAsking(true);
          }}
        >
          Sign out everywhere
        </Button>
      </div>
      <ConfirmDialog
        open={isAsking}
        title="Sign out everywhere?"
        action="Sign out everywhere"
        onClose={() => {
          setIsAsking(false);
        }}
        onConfirm={() => {
          signOut.mutate(true);
        }}
      >
        All of your sessions end, this one too. Videos under way are being made meanwhile.
      </ConfirmDialog>
    </Card>
  );
}
