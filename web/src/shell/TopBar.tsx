import { Link } from '@tanstack/react-router';
import { AccountMenu } from '@/shell/AccountMenu';
import { Logo } from '@/shell/Logo';
import { NavLinks } from '@/shell/NavLinks';
import { ThemeToggle } from '@/shell/ThemeToggle';
import { useMe } from '@/session/useMe';
import styles from '@/shell/TopBar.module.css';

export function TopBar() {
  const { data: me } = useMe();
  return (
    <header className={styles.bar}>
      <div className={styles.row}>
        <Link to="/" className={styles.brand ?? ''} aria-label="OmniGen: home">
          <Logo />
        </Link>
        {me ? <NavLinks /> : null}
        <div className={styles.end}>
          <ThemeToggle />
          <AccountMenu />
        </div>
      </div>
    </header>
  );
}
