// Points mediasoup to the worker that scripts/build-mediasoup-worker.sh built. Has to be
// evaluated before the mediasoup module, which reads the variable when it is loaded.
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const manifest = new URL('../../package.json', import.meta.url);

if (!process.env.MEDIASOUP_WORKER_BIN) {
  const cache = process.env.JBCALL_CACHE || path.join(os.homedir(), '.cache', 'jbcall');
  const version = JSON.parse(readFileSync(manifest, 'utf-8')).dependencies.mediasoup;
  const binary = path.join(cache, 'worker', `mediasoup-worker-${version}`);
  if (!existsSync(binary)) {
    console.error(`no mediasoup worker at ${binary}: run scripts/build-mediasoup-worker.sh`);
    process.exit(1);
  }
  process.env.MEDIASOUP_WORKER_BIN = binary;
}
