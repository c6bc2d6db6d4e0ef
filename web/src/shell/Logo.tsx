import styles from '@/shell/Logo.module.css';

export function Logo() {
  return (
    <span className={styles.logo}>
      <svg width="30" height="30" viewBox="0 0 32 32" aria-hidden focusable="false">
        <defs>
          <linearGradient id="logo-aurora" x1="0" y1="0" x2="1" y2="1">
            <stop offset="0" stopColor="#7CFF00" />
            <stop offset=".5" stopColor="#00FFD1" />
            <stop offset="1" stopColor="#B44CFF" />
          </linearGradient>
        </defs>
        <rect width="32" height="32" rx="8" fill="#0A0E1A" />
        <path d="M11 8.5v15l13-7.5z" fill="url(#logo-aurora)" />
      </svg>
      OmniGen
    </span>
  );
}
