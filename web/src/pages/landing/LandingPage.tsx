import { ArrowRight } from 'lucide-react';
import { ExamplePlan } from '@/pages/landing/ExamplePlan';
import { Promises } from '@/pages/landing/Promises';
import { Road } from '@/pages/landing/Road';
import { LinkButton } from '@/ui/LinkButton';
import styles from '@/pages/landing/LandingPage.module.css';

export function LandingPage() {
  return (
    <>
      <title>OmniGen: a sentence becomes a video</title>
      <section className={styles.hero}>
        <div className={styles.words}>
          <h1 className={styles.title}>
            A sentence becomes a <span className={styles.aurora}>finished video</span>.
          </h1>
          <p className={styles.lead}>
            You see the plan and its exact price before anything is spent, watch every scene arrive, and make a single
            one again without paying for the rest.
          </p>
          <div className={styles.actions}>
            <LinkButton to="/create" className={styles.start}>
              Make a video <ArrowRight size={20} aria-hidden />
            </LinkButton>
          </div>
        </div>
        <ExamplePlan />
      </section>
      <Promises />
      <Road />
    </>
  );
}
