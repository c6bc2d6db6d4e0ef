import type { Api } from '@/api/types';
import { FPS, MIX } from '@/parts/scenes';

export type Board = Api<'StoryboardBody'>;
export type Scene = Api<'SceneBody'>;

export const SHORTEST_S = 1.5;

const frames = (scene: Scene): number => Math.round(scene.duration_s * FPS);

/** Of the finished video: what two scenes share in a transition is seen once. */
export function countFrames(scenes: readonly Scene[]): number {
  const shared = scenes.slice(0, -1).filter((scene) => scene.transition !== 'cut').length * MIX;
  return scenes.reduce((sum, scene) => sum + frames(scene), 0) - shared;
}

/**
 * A video has whole seconds: the scene that may be shortened or lengthened unseen, which is the longest one but `kept`,
 * takes up to half a second more or less.
 */
export function fitWhole(scenes: readonly Scene[], kept = -1): Scene[] {
  const over = countFrames(scenes) % FPS;
  if (over === 0 || scenes.length === 0) return [...scenes];
  const others = scenes.map((_, index) => index).filter((index) => index !== kept);
  const among = others.length > 0 ? others : [0];
  const longest = among.reduce((best, index) => (frames(at(scenes, index)) > frames(at(scenes, best)) ? index : best));
  const room = frames(at(scenes, longest)) - SHORTEST_S * FPS;
  const change = over < FPS / 2 && room >= over ? -over : FPS - over;
  return scenes.map((scene, index) =>
    index === longest ? { ...scene, duration_s: (frames(scene) + change) / FPS } : scene,
  );
}

export function changeScene(board: Board, index: number, change: Partial<Scene>): Board {
  const scenes = board.scenes.map((scene, place) => (place === index ? { ...scene, ...change } : scene));
  return { ...board, scenes: fitWhole(scenes, 'duration_s' in change ? index : -1) };
}

/** The scene at `from` to the place `to`; whole seconds stay whole, as the last transition is none. */
export function moveScene(board: Board, from: number, to: number): Board {
  if (to < 0 || to >= board.scenes.length || from === to) return board;
  const scenes = [...board.scenes];
  const [moved] = scenes.splice(from, 1);
  if (moved) scenes.splice(to, 0, moved);
  return { ...board, scenes: fitWhole(scenes) };
}

export function removeScene(board: Board, index: number): Board {
  if (board.scenes.length < 2) return board;
  return { ...board, scenes: fitWhole(board.scenes.filter((_, place) => place !== index)) };
}

function at(scenes: readonly Scene[], index: number): Scene {
  const scene = scenes[index];
  if (!scene) throw new RangeError(`no scene ${index}`);
  return scene;
}
