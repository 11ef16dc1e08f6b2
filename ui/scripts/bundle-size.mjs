// Fails when what a window loads passes the budget.
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const BUDGET = 150_000;

let total = 0;
for (const entry of await readdir('dist', { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  total += gzipSync(await readFile(`${entry.parentPath}/${entry.name}`)).length;
}
console.log(`bundle: ${(total / 1000).toFixed(1)} kB gzip of ${BUDGET / 1000} kB allowed`);
if (total > BUDGET) process.exit(1);
