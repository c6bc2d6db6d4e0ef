import { decode } from 'cborg';
import { boxesOf, labelled } from '@/parts/credentials/boxes';
import { subjectOf } from '@/parts/credentials/certificate';
import { hexOf } from '@/parts/credentials/text';

/*
 * A C2PA manifest as it lies in an MP4: boxes (ISO BMFF), in one of them boxes again (JUMBF), in those CBOR. What it says
 * is read here; whether it is true takes the whole file and somebody's root certificate, as `make verify` has them.
 */

/** What a file says about its making. */
export interface Manifest {
  /** The program that wrote it, with its version. */
  generator: string;
  isAiGenerated: boolean;
  models: readonly { role: string; name: string }[];
  /** Whom the certificate names. */
  signer: string;
}

const C2PA_BOX = 'd8fec3d61b0e483c92975828877ec481';
const AI_GENERATED = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
const X5CHAIN = 33;
const COSE_SIGN1 = 18;

/** Of an MP4's beginning, which holds all of it; null: it has none. Throws where it is broken. */
export function readManifest(file: Uint8Array): Manifest | null {
  const store = findStore(file);
  if (!store) return null;
  // The last one is the file's own; those before it are of what it was made of.
  const own = boxesOf(store).filter(({ type }) => type === 'jumb').at(-1);
  if (!own) return null;
  const parts = labelled(own.content);
  const assertions = labelled(parts.get('c2pa.assertions') ?? new Uint8Array());
  const claim = cborOf(parts.get('c2pa.claim.v2') ?? parts.get('c2pa.claim')) as { claim_generator_info?: unknown };
  const actions = cborOf(assertions.get('c2pa.actions.v2')) as { actions?: { digitalSourceType?: string }[] } | undefined;
  const told = cborOf(assertions.get('org.omnigen.models')) as { models?: { role?: unknown; name?: unknown }[] } | undefined;
  return {
    generator: generatorOf(claim.claim_generator_info),
    isAiGenerated: actions?.actions?.some(({ digitalSourceType }) => digitalSourceType === AI_GENERATED) ?? false,
    models: (told?.models ?? []).map(({ role, name }) => ({ role: String(role), name: String(name) })),
    signer: signerOf(parts.get('c2pa.signature')),
  };
}

/** The C2PA box's JUMBF: after its purpose, which is a text that ends with 0, and eight bytes of an offset. */
function findStore(file: Uint8Array): Uint8Array | null {
  for (const { type, content } of boxesOf(file)) {
    if (type !== 'uuid' || hexOf(content.subarray(0, 16)) !== C2PA_BOX) continue;
    const purpose = content.indexOf(0, 20);
    const [store] = boxesOf(content.subarray(purpose + 9));
    return store?.content ?? null;
  }
  return null;
}

function cborOf(content: Uint8Array | undefined): unknown {
  const box = content && boxesOf(content).find(({ type }) => type === 'cbor');
  return box ? decode(box.content, { tags: { [COSE_SIGN1]: (within) => within() } }) : undefined;
}

function generatorOf(info: unknown): string {
  const [first] = [info].flat() as ({ name?: string; version?: string } | undefined)[];
  return [first?.name, first?.version].filter(Boolean).join(' ');
}

/** Whom the first certificate of a signature (COSE_Sign1) names; empty: it names nobody. */
function signerOf(signature: Uint8Array | undefined): string {
  const [sealed, open] = cborOf(signature) as [Uint8Array, Record<string, unknown>];
  const chain = (decode(sealed, { useMaps: true }) as Map<unknown, unknown>).get(X5CHAIN) ?? open.x5chain;
  const [certificate] = [chain].flat() as (Uint8Array | undefined)[];
  return certificate ? subjectOf(certificate) : '';
}
