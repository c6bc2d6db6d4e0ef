import { textOf } from '@/parts/credentials/text';

interface Box {
  type: string;
  content: Uint8Array;
}

/** The boxes that lie after each other; the last one may be cut off, as the file is. */
export function boxesOf(bytes: Uint8Array): Box[] {
  const boxes: Box[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at);
    const size = view.getUint32(0);
    const type = textOf(bytes.subarray(at + 4, at + 8));
    // 0: to the end. 1: more than 4 GB. Neither comes before what is looked for.
    if (size < 8) break;
    boxes.push({ type, content: bytes.subarray(at + 8, at + size) });
    at += size;
  }
  return boxes;
}

/** The labelled boxes within one, by their labels. */
export function labelled(content: Uint8Array): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const box of boxesOf(content)) {
    const [description] = boxesOf(box.content);
    if (box.type !== 'jumb' || description?.type !== 'jumd') continue;
    const { content: told } = description;
    found.set(textOf(told.subarray(17, told.indexOf(0, 17))), box.content);
  }
  return found;
}
