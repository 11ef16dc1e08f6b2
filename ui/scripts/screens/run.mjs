// Renders every screen and state from recorded scenes, checks each, and lays all of them out on
// one contact sheet. Usage: npm run screens [-- part of a name…]
import { mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { check } from './checks.mjs';
import { contactSheet } from './contact-sheet.mjs';
import { journeys } from './journeys.mjs';
import { serve } from './server.mjs';
import { shots } from './shots.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const out = resolve(process.env.ARTIFACTS ?? join(import.meta.dirname, '../../../artifacts'), 'ui');
const AT_ONCE = 3;
const wanted = process.argv.slice(2);

if (!existsSync(CHROMIUM)) {
  console.error(`The screens test needs Chromium at ${CHROMIUM}; set CHROMIUM to another one.`);
  process.exit(2);
}

const server = await serve(resolve(import.meta.dirname, '../../dist-screens'));
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--no-proxy-server',
    '--force-color-profile=srgb',
    '--disable-features=OptimizationHints,MediaRouter,Translate',
  ],
});

const problems = [];
const done = [];

async function open(shot, options = {}) {
  const context = await browser.newContext({
    viewport: shot.window,
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const where = `${shot.group}/${shot.name}`;
  const complain = (text) => problems.push({ where, text });
  page.on('console', (message) => {
    // A refusal by the content security policy is such a message, too.
    if (['error', 'warning'].includes(message.type())) complain(message.text());
  });
  page.on('pageerror', (error) => complain(error.stack ?? error.message));
  const query = new URLSearchParams({ scene: shot.scene, theme: shot.theme, lang: shot.language });
  await page.goto(`${server.url}?${query}`);
  await page.locator('main').waitFor();
  if (shot.text !== 100) {
    await page.evaluate((text) => {
      document.documentElement.style.setProperty('font-size', `${text}%`);
    }, shot.text);
  }
  return { page, context, complain };
}

async function take(shot) {
  const { page, context, complain } = await open(shot);
  try {
    await shot.act?.(page);
    if (shot.name !== 'call-focus') await page.mouse.move(0, 0);
    await page.waitForTimeout(150);
    const file = `${shot.group}-${shot.name}.png`;
    await page.screenshot({ path: join(out, file), animations: 'disabled' });
    done.push({ ...shot, shot, file });
    for (const problem of await check(page, shot)) complain(problem);
  } catch (error) {
    complain(error.message);
  } finally {
    await context.close();
  }
}

if (wanted.length === 0) await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const chosen = shots.filter(
  (shot) => wanted.length === 0 || wanted.some((part) => `${shot.group}-${shot.name}`.includes(part)),
);

try {
  // A few at a time: most of the time is spent waiting.
  const queue = [...chosen];
  const worker = async () => {
    for (let shot = queue.shift(); shot; shot = queue.shift()) await take(shot);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  done.sort((a, b) => chosen.indexOf(a.shot) - chosen.indexOf(b.shot));
  if (wanted.length === 0) {
    for (const [name, run] of Object.entries(journeys)) {
      const shot = { name, group: 'journey', scene: run.scene, theme: 'light', language: 'en' };
      const { page, context, complain } = await open(
        { ...shot, window: { width: 1000, height: 700 }, text: 100 },
        run.options,
      );
      try {
        await run.walk(page);
      } catch (error) {
        complain(error.message);
      } finally {
        await context.close();
      }
    }
  }
  await contactSheet(browser, out, done);
} finally {
  await browser.close();
  await server.stop();
}

for (const { where, text } of problems) console.error(`PROBLEM ${where}: ${text}`);
const failed = new Set(problems.map(({ where }) => where)).size;
const all = chosen.length + (wanted.length === 0 ? Object.keys(journeys).length : 0);
console.log(`contact sheet: ${join(out, 'contact-sheet.png')}`);
console.log(`${all - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
