import { expect, test } from 'vitest';
import { changeScene, countFrames, fitWhole, moveScene, removeScene, type Board, type Scene } from '@/pages/storyboard/board';

const scene = (prompt: string, duration_s: number, transition: Scene['transition'] = 'fade'): Scene => ({
  prompt,
  duration_s,
  transition,
  camera: '',
  narration: '',
});
const BOARD = {
  title: 't',
  music_prompt: 'm',
  scenes: [scene('a', 5), scene('b', 4.5), scene('c', 6.5, 'cut')],
} as unknown as Board;
const words = (board: Board) => board.scenes.map((one) => one.prompt).join('');
const isWhole = (board: Board) => countFrames(board.scenes) % 30 === 0;

test('what is shared in transitions is counted once', () => {
  expect(countFrames(BOARD.scenes)).toBe(15 * 30);
});

test.each([
  ['a longer scene', changeScene(BOARD, 0, { duration_s: 5.5 })],
  ['a shorter scene', changeScene(BOARD, 2, { duration_s: 4 })],
  ['a cut', changeScene(BOARD, 0, { transition: 'cut' })],
  ['another order', moveScene(BOARD, 2, 0)],
  ['a scene less', removeScene(BOARD, 1)],
])('%s leaves whole seconds', (_, board) => {
  expect(isWhole(board)).toBe(true);
});

test('the scene that was changed keeps the length that it was given', () => {
  expect(changeScene(BOARD, 2, { duration_s: 4.2 }).scenes[2]?.duration_s).toBe(4.2);
});

test('scenes change places, and not beyond the ends', () => {
  expect(words(moveScene(BOARD, 0, 2))).toBe('bca');
  expect(words(moveScene(BOARD, 0, -1))).toBe('abc');
});

test('the last scene stays', () => {
  const one = { ...BOARD, scenes: fitWhole([scene('a', 6)]) };
  expect(removeScene(one, 0)).toBe(one);
});
