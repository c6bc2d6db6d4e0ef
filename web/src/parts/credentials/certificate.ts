import { hexOf, textOf } from '@/parts/credentials/text';

/** The name's parts (X.520): an organisation, where there is one, tells more than a common name. */
const NAMES = ['55040a', '550403'];

/**
 * Whom a certificate names; empty: nobody. X.509 is a sequence of what is certified, an algorithm and a signature; in
 * the first, after a version that may be left out, the fifth part is the subject.
 */
export function subjectOf(certificate: Uint8Array): string {
  const [whole] = partsOf(certificate);
  const [certified] = whole ? partsOf(whole.content) : [];
  const [first, ...rest] = certified ? partsOf(certified.content) : [];
  const subject = rest[first?.tag === 0xa0 ? 4 : 3];
  const names = new Map<string, string>();
  for (const set of subject ? partsOf(subject.content) : []) {
    for (const pair of partsOf(set.content)) {
      const [kind, name] = partsOf(pair.content);
      if (kind && name) names.set(hexOf(kind.content), textOf(name.content));
    }
  }
  return NAMES.map((kind) => names.get(kind)).find(Boolean) ?? '';
}

/** DER: a tag, a length in one byte or in as many as the first one says, a content. */
function partsOf(bytes: Uint8Array): { tag: number; content: Uint8Array }[] {
  const parts = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const [tag = 0, short = 0] = bytes.subarray(at, at + 2);
    const more = short < 0x80 ? 0 : short - 0x80;
    const length = more === 0 ? short : Number(`0x${hexOf(bytes.subarray(at + 2, at + 2 + more))}`);
    const begin = at + 2 + more;
    parts.push({ tag, content: bytes.subarray(begin, begin + length) });
    at = begin + length;
  }
  return parts;
}
