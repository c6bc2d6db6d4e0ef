import { encode, Tagged } from 'cborg';
import { expect, test } from 'vitest';
import { readManifest } from '@/parts/credentials/manifest';

const AI = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
const MODELS = { models: [{ role: 'picture', name: 'maker/clips' }] };

const bytes = (...parts: (string | Uint8Array | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? new TextEncoder().encode(part) : part)]));

function box(type: string, content: Uint8Array): Uint8Array {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, content.length + 8);
  return bytes(size, type, content);
}

const labelled = (label: string, ...within: Uint8Array[]): Uint8Array =>
  box('jumb', bytes(box('jumd', bytes(new Uint8Array(16), [3], label, [0])), ...within));

const cbor = (label: string, value: unknown): Uint8Array => labelled(label, box('cbor', encode(value)));

/** DER. */
const part = (tag: number, content: Uint8Array): Uint8Array =>
  bytes([tag], content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 255], content);

function certificate(names: [number, string][], padding = 0): Uint8Array {
  const subject = names.map(([kind, name]) =>
    part(0x31, part(0x30, bytes(part(6, bytes([0x55, 0x04, kind])), part(12, bytes(name))))),
  );
  const empty = part(0x30, new Uint8Array(padding));
  const certified = bytes(part(0xa0, bytes()), part(2, bytes([1])), empty, empty, empty, part(0x30, bytes(...subject)));
  return part(0x30, part(0x30, certified));
}

function file(chain: unknown, name = 'urn:c2pa:1'): Uint8Array {
  const sealed = encode(new Map([[33, chain]]));
  const manifest = labelled(
    name,
    labelled(
      'c2pa.assertions',
      cbor('c2pa.actions.v2', { actions: [{ action: 'c2pa.created', digitalSourceType: AI }] }),
      cbor('org.omnigen.models', MODELS),
    ),
    cbor('c2pa.claim.v2', { claim_generator_info: { name: 'OmniGen', version: '1.2.3' } }),
    cbor('c2pa.signature', new Tagged(18, [sealed, {}, null, new Uint8Array(64)])),
  );
  const other = labelled('urn:c2pa:0', cbor('c2pa.claim.v2', { claim_generator_info: [{ name: 'Another' }] }));
  const uuid = [0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81];
  const store = labelled('c2pa', other, manifest);
  const c2pa = box('uuid', bytes(uuid, new Uint8Array(4), 'manifest', [0], new Uint8Array(8), store));
  return bytes(box('ftyp', bytes('isom')), c2pa, box('mdat', bytes('the rest')).subarray(0, 10));
}

test('the file’s own manifest is told, which is the last one', () => {
  const signer = certificate([[3, 'signing key 7'], [10, 'A Studio']]);
  expect(readManifest(file(signer))).toEqual({
    generator: 'OmniGen 1.2.3',
    isAiGenerated: true,
    ...MODELS,
    signer: 'A Studio',
  });
});

test('who has no organisation is told by a common name, of a long certificate as of the first of a chain', () => {
  const signer = certificate([[3, 'signing key 7']], 300);
  expect(readManifest(file([signer, certificate([[10, 'Its issuer']])]))?.signer).toBe('signing key 7');
});

test('without a manifest there is nothing to tell', () => {
  expect(readManifest(bytes(box('ftyp', bytes('isom')), box('moov', bytes('x'))))).toBeNull();
});

test('what is cut off is no manifest', () => {
  expect(() => readManifest(file(certificate([])).subarray(0, 400))).toThrow();
});
