// Runs the page in headless Chromium; speaks JSON lines with the test.
//
// Arguments: --tone HZ | --no-microphone, --processing (echo cancellation and friends on).
// Reads:  {"join":{gateway,room,name,language?,iceServers?,relayOnly?}}, {"chat":"text"}, {"mute":true},
//         {"unmute":true}, {"leave":true}, {"inbound":true}, {"path":true}, {"quit":true}
// Writes: {"event":"ready"} once the browser runs, every report of the page (ms since the
//         navigation started), {"event":"answer","to":…,"value":…} to each command.
import http from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { writeTone } from './tone.mjs';

const { values } = parseArgs({
  options: {
    tone: { type: 'string', default: '1000' },
    'no-microphone': { type: 'boolean', default: false },
    processing: { type: 'boolean', default: false },
  },
});
const report = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const folder = mkdtempSync(path.join(os.tmpdir(), 'chromium-peer-'));
const wav = path.join(folder, 'tone.wav');
writeTone(wav, Number(values.tone));

const bundle = await build({
  entryPoints: [fileURLToPath(new URL('page.js', import.meta.url))],
  bundle: true,
  write: false,
  format: 'esm',
  minify: true,
  target: 'chrome120',
});
const script = bundle.outputFiles[0].text.replaceAll('</script', '<\\/script');
const html = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>peer</title><script type="module">${script}</script>`;
const server = http.createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end(html);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const site = `http://127.0.0.1:${server.address().port}/`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_BIN || '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--no-proxy-server',
    '--autoplay-policy=no-user-gesture-required',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${wav}`,
    '--allow-loopback-in-peer-connection',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-domain-reliability',
    '--disable-sync',
    '--disable-gpu',
    '--metrics-recording-only',
    '--no-first-run',
    '--no-pings',
    '--disable-features=WebRtcHideLocalIpsWithMdns,OptimizationHints,MediaRouter,Translate,AutofillServerCommunication',
  ],
});

let page;
async function join(options) {
  await page?.context().close();
  const context = await browser.newContext({ permissions: ['microphone'] });
  page = await context.newPage();
  page.on('pageerror', (error) => report({ event: 'failed', error: String(error) }));
  page.on('console', (message) => console.error(`[page] ${message.text()}`));
  await page.exposeFunction('report', report);
  const all = {
    language: 'vi',
    iceServers: [],
    relayOnly: false,
    microphone: !values['no-microphone'],
    processing: values.processing,
    ...options,
  };
  await page.goto(`${site}#${encodeURIComponent(JSON.stringify(all))}`, { waitUntil: 'commit' });
}

async function quit() {
  await browser.close().catch(() => {});
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

const inPage = (name) => (argument) =>
  page.evaluate(([n, a]) => window.peer[n](a), [name, argument]);
const commands = { join, quit, ...Object.fromEntries(
  ['chat', 'mute', 'unmute', 'leave', 'inbound', 'path'].map((name) => [name, inPage(name)]),
) };

const input = readline.createInterface({ input: process.stdin });
input.on('line', async (line) => {
  for (const [name, argument] of Object.entries(JSON.parse(line))) {
    try {
      report({ event: 'answer', to: name, value: (await commands[name](argument)) ?? null });
    } catch (error) {
      report({ event: 'answer', to: name, error: String(error) });
    }
  }
});
input.on('close', quit);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, quit);
report({ event: 'ready' });
