// What a first visit loads as code, compressed: the entry and everything that it imports at once. Fails above the limit.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 180;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const seen = new Set();

function visit(name) {
  if (seen.has(name)) return;
  seen.add(name);
  for (const next of manifest[name].imports ?? []) visit(next);
}

const size = (name) => gzipSync(readFileSync(new URL(manifest[name].file, dist)), { level: 9 }).length;
const entries = Object.keys(manifest).filter((name) => manifest[name].isEntry);
// The heaviest page that somebody may come in by: the shell, and the page itself.
const pages = Object.keys(manifest).filter((name) => manifest[name].isDynamicEntry);
let worst = ['', 0];
for (const page of [undefined, ...pages]) {
  seen.clear();
  entries.forEach(visit);
  if (page) visit(page);
  const bytes = [...seen].reduce((sum, name) => sum + size(name), 0);
  if (bytes > worst[1]) worst = [page ?? 'index.html', bytes];
}
const kb = worst[1] / 1000;
console.log(`first load: at most ${kb.toFixed(1)} kB of compressed code (${worst[0]}), limit ${LIMIT_KB}`);
if (kb > LIMIT_KB) process.exit(1);
