import { LogOut } from 'lucide-react';
import { here, signInUrl } from '@/session/signIn';
import { useMe } from '@/session/useMe';
import { useSignOut } from '@/session/useSignOut';
import { Button } from '@/ui/Button';
import { buttonClass } from '@/ui/buttonClass';
import styles from '@/shell/AccountMenu.module.css';

/** Who is signed in, and the way out; or the way in. */
export function AccountMenu() {
  const { data: me, isPending } = useMe();
  const signOut = useSignOut();
  if (isPending) return null;
  if (!me) {
    return (
      <a className={buttonClass('quiet')} href={signInUrl(here() === '/' ? '/create' : here())}>
        Sign in
      </a>
    );
  }
  return (
    <>
      <span className={styles.who} title={me.email}>
        {me.email}
      </span>
      <Button
        variant="ghost"
        busy={signOut.isPending}
        onClick={() => {
          signOut.mutate(false);
        }}
        aria-label="Sign out"
      >
        <LogOut size={20} aria-hidden />
      </Button>
    </>
  );
}
