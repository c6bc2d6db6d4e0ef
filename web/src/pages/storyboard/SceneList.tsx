import {
  closestCenter,
  DndContext,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
  type DragEndEvent,
} from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { useState } from 'react';
import { changeScene, moveScene, removeScene, type Board } from '@/pages/storyboard/board';
import { SceneCard } from '@/pages/storyboard/SceneCard';
import styles from '@/pages/storyboard/Storyboard.module.css';

interface Props {
  board: Board;
  /** Of the model's clips, in seconds. */
  lengths: readonly number[];
  isSpoken: boolean;
  onChange: (board: Board) => void;
}

/** The scenes in their order, which pointers, fingers and keys can change. */
export function SceneList({ board, lengths, isSpoken, onChange }: Props) {
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 6 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  // A card keeps its identity while it moves, so that the focus stays in it.
  const [ids, setIds] = useState<string[]>(() => board.scenes.map(() => crypto.randomUUID()));
  const known = board.scenes.map((_, index) => ids[index] ?? `new-${index}`);
  const move = (from: number, to: number) => {
    if (to < 0 || to >= known.length) return;
    const next = [...known];
    next.splice(to, 0, ...next.splice(from, 1));
    setIds(next);
    onChange(moveScene(board, from, to));
  };
  const drop = ({ active, over }: DragEndEvent) => {
    if (over) move(known.indexOf(String(active.id)), known.indexOf(String(over.id)));
  };
  return (
    <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={drop}>
      <SortableContext items={known} strategy={verticalListSortingStrategy}>
        <ol className={styles.scenes} aria-label="Scenes">
          {board.scenes.map((scene, index) => (
            <SceneCard
              key={known[index]}
              id={known[index] ?? ''}
              scene={scene}
              number={index + 1}
              count={board.scenes.length}
              longestS={Math.max(...lengths, 1)}
              isSpoken={isSpoken}
              onChange={(change) => {
                onChange(changeScene(board, index, change));
              }}
              onMove={(by) => {
                move(index, index + by);
              }}
              onRemove={() => {
                setIds(known.filter((_, place) => place !== index));
                onChange(removeScene(board, index));
              }}
            />
          ))}
        </ol>
      </SortableContext>
    </DndContext>
  );
}
