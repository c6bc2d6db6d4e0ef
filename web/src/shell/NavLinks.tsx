import { Link } from '@tanstack/react-router';
import { NAVIGATION } from '@/shell/navigation';
import styles from '@/shell/NavLinks.module.css';

export function NavLinks() {
  return (
    <nav aria-label="Studio" className={styles.nav}>
      <ul className={styles.list}>
        {NAVIGATION.map(({ to, label, Icon }) => (
          <li key={to}>
            <Link to={to} className={styles.link ?? ''} activeProps={{ className: styles.here ?? '' }}>
              <Icon size={18} aria-hidden />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
