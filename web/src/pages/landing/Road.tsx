import styles from '@/pages/landing/Road.module.css';

const STEPS = [
  ['Say what you want to see', 'A sentence or a page; an ad, a music video or an explainer, from 5 seconds to 3 minutes.'],
  ['Look at the plan', 'Move, rewrite, shorten, add narration. The price follows each change.'],
  ['Watch it being made', 'Stage, time left and cost so far; leave whenever you like, it goes on.'],
  ['Take it anywhere', 'Upright, square or wide; MP4, WebM or a contact sheet; with captions and a signed origin.'],
] as const;

export function Road() {
  return (
    <section aria-labelledby="road" className={styles.section}>
      <h2 id="road">From words to a video</h2>
      <ol className={styles.steps}>
        {STEPS.map(([title, text]) => (
          <li key={title} className={styles.step}>
            <h3>{title}</h3>
            <p>{text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
