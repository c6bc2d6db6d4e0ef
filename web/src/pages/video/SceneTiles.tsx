import type { Api } from '@/api/types';
import { SceneTile } from '@/pages/video/SceneTile';
import { Card } from '@/ui/Card';
import styles from '@/pages/video/SceneTiles.module.css';

interface Props {
  job: Api<'JobView'>;
}

export function SceneTiles({ job }: Props) {
  const planned = job.storyboard?.scenes ?? [];
  if (planned.length === 0) return null;
  return (
    <Card aria-labelledby="scenes">
      <h2 id="scenes">Scenes</h2>
      <ol className={styles.tiles}>
        {planned.map((scene) => (
          <SceneTile
            key={scene.number}
            job={job}
            planned={scene}
            scene={job.scenes.find(({ number }) => number === scene.number)}
          />
        ))}
      </ol>
    </Card>
  );
}
