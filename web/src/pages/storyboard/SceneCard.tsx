import { useSortable } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ArrowDown, ArrowUp, GripVertical, Trash2 } from 'lucide-react';
import type { Scene } from '@/pages/storyboard/board';
import { SceneFields } from '@/pages/storyboard/SceneFields';
import { Button } from '@/ui/Button';
import { buttonClass } from '@/ui/buttonClass';
import styles from '@/pages/storyboard/Storyboard.module.css';

interface Props {
  id: string;
  scene: Scene;
  number: number;
  count: number;
  longestS: number;
  isSpoken: boolean;
  onChange: (change: Partial<Scene>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

export function SceneCard({ id, number, count, onMove, onRemove, ...fields }: Props) {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id });
  return (
    <li
      ref={setNodeRef}
      className={styles.card}
      data-dragging={isDragging || undefined}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      <div className={styles.head}>
        <button
          type="button"
          ref={setActivatorNodeRef}
          className={buttonClass('ghost', styles.grip)}
          {...attributes}
          {...listeners}
          aria-label={`Move scene ${number}`}
        >
          <GripVertical size={20} aria-hidden />
        </button>
        <h2 className={styles.title}>Scene {number}</h2>
        <div className={styles.tools}>
          <Button
            variant="ghost"
            aria-label={`Scene ${number} earlier`}
            disabled={number === 1}
            onClick={() => {
              onMove(-1);
            }}
          >
            <ArrowUp size={18} aria-hidden />
          </Button>
          <Button
            variant="ghost"
            aria-label={`Scene ${number} later`}
            disabled={number === count}
            onClick={() => {
              onMove(1);
            }}
          >
            <ArrowDown size={18} aria-hidden />
          </Button>
          <Button variant="ghost" aria-label={`Remove scene ${number}`} disabled={count === 1} onClick={onRemove}>
            <Trash2 size={18} aria-hidden />
          </Button>
        </div>
      </div>
      <SceneFields {...fields} isLast={number === count} />
    </li>
  );
}
