// The longest time between two frames of the page of a busy record (200 people, 20 edits a second),
// as one line of JSON; builds the page first. Argument: seconds to look.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { serve } from './screens/server.mjs';

const seconds = Number(process.argv[2] ?? 60);
const root = resolve(import.meta.dirname, '..');

execFileSync('npx', ['vite', 'build', '--mode', 'screens', '--outDir', 'dist-screens'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
const server = await serve(resolve(root, 'dist-screens'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-proxy-server', '--no-first-run'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  await page.goto(`${server.url}?scene=collab-busy&theme=light&lang=en`);
  await page.locator('main').waitFor();
  // Building the page for the first time is not what is measured.
  await page.waitForTimeout(3_000);
  await page.evaluate(() => window.scripted.frames.reset());
  await page.waitForTimeout(seconds * 1_000);
  const { longestMs, count } = await page.evaluate(() => ({
    longestMs: window.scripted.frames.longestMs,
    count: window.scripted.frames.count,
  }));
  console.log(JSON.stringify({ longestMs, count }));
} finally {
  await browser.close();
  await server.stop();
}
