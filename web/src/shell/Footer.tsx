import styles from '@/shell/Footer.module.css';

export function Footer() {
  return (
    <footer className={styles.footer}>
      <p>OmniGen: the plan, the price and the progress, before and while it is made.</p>
      <a href="/api/v1/docs">API</a>
    </footer>
  );
}
