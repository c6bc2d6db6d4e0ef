import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { ExpiredDialog } from '@/session/ExpiredDialog';
import { ConnectionBar } from '@/shell/ConnectionBar';
import { Footer } from '@/shell/Footer';
import { TopBar } from '@/shell/TopBar';
import styles from '@/shell/Shell.module.css';

/** What is around every page. A new page takes the focus, so that a screen reader begins there. */
export function Shell() {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const main = useRef<HTMLElement>(null);
  const former = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (former.current !== undefined && former.current !== path) main.current?.focus({ preventScroll: true });
    former.current = path;
  }, [path]);
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        Skip to the page
      </a>
      <TopBar />
      <ConnectionBar />
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        <Outlet />
      </main>
      <Footer />
      <ExpiredDialog />
    </div>
  );
}
