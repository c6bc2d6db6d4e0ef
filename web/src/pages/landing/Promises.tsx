import { Film, ListChecks, RefreshCw, ShieldCheck, type LucideIcon } from 'lucide-react';
import styles from '@/pages/landing/Promises.module.css';

const PROMISES: readonly { Icon: LucideIcon; title: string; text: string }[] = [
  {
    Icon: ListChecks,
    title: 'The plan comes first',
    text: 'Scenes, their order, length and words are yours to change before a single clip is made.',
  },
  {
    Icon: ShieldCheck,
    title: 'A budget that holds',
    text: 'Each paid call is held against your limit before it is sent. What fails is given back.',
  },
  {
    Icon: Film,
    title: 'Scenes as they arrive',
    text: 'Every clip plays as soon as it is there; the video is joined while the last ones are made.',
  },
  {
    Icon: RefreshCw,
    title: 'Again, but only that one',
    text: 'Another take of a scene, another shape of the video, a resumed one: nothing is paid for twice.',
  },
];

export function Promises() {
  return (
    <section aria-labelledby="promises" className={styles.section}>
      <h2 id="promises">Nothing happens behind your back</h2>
      <ul className={styles.list}>
        {PROMISES.map(({ Icon, title, text }) => (
          <li key={title} className={styles.item}>
            <Icon size={26} aria-hidden className={styles.icon} />
            <h3>{title}</h3>
            <p>{text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
