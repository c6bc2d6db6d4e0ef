import { EXAMPLE } from '@/pages/landing/examplePlan';
import styles from '@/pages/landing/ExamplePlan.module.css';

const SAID = { ready: 'Ready', generating: 'Generating', queued: 'Queued' } as const;

/** A picture of a video on its way, as the workspace shows it. */
export function ExamplePlan() {
  return (
    <figure className={styles.plan}>
      <figcaption className={styles.head}>
        <span className={styles.kind}>An example</span>
        <span className={styles.prompt}>“{EXAMPLE.prompt}”</span>
      </figcaption>
      <ol className={styles.scenes}>
        {EXAMPLE.scenes.map((scene) => (
          <li key={scene.number} className={styles.scene}>
            <span className={`${styles.picture ?? ''} ${styles[scene.tone] ?? ''}`} data-state={scene.state} aria-hidden />
            <span className={styles.text}>
              <b>Scene {scene.number}</b> {scene.words}
            </span>
            <span className={styles.state} data-state={scene.state}>
              {SAID[scene.state]}
            </span>
          </li>
        ))}
      </ol>
      <p className={styles.price}>
        Price, known beforehand <b>{EXAMPLE.price}</b>
      </p>
    </figure>
  );
}
