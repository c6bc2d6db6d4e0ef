// @vitest-environment node
import { readFileSync } from 'node:fs';
import openapi, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';

const DOCUMENT = new URL('../../../services/gateway/omnigen_gateway/pages/openapi.json', import.meta.url);
const CLIENT = new URL('./schema.d.ts', import.meta.url);

const code = (text: string) => text.slice(text.indexOf('export interface paths'));

test('the client is made of the present document (npm run api)', async () => {
  const fresh = astToString(await openapi(DOCUMENT));
  expect(code(readFileSync(CLIENT, 'utf8')) === code(fresh)).toBe(true);
}, 60_000);
