// Opens the pages of made-up reports as an operator would, from a file, and takes pictures of them.
// Usage: cargo run -p fieldtest --example made_up_reports -- FOLDER && npm run reports -- FOLDER
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const folder = resolve(process.argv[2] ?? '.');
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-proxy-server'],
});

const problems = [];
const pages = (await readdir(folder)).filter((name) => name.endsWith('.html')).sort();
for (const name of pages) {
  for (const [look, width, colorScheme] of [
    ['light', 1000, 'light'],
    ['dark', 1000, 'dark'],
    ['narrow', 390, 'light'],
  ]) {
    const where = `${name} ${look}`;
    // The policy of the page forbids scripts; the checks of this file are one.
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      bypassCSP: true,
    });
    const page = await context.newPage();
    page.on('console', (message) => problems.push(`${where}: ${message.text()}`));
    page.on('pageerror', (error) => problems.push(`${where}: ${error.message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith('file://')) problems.push(`${where}: asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(join(folder, name)).href);
    await page.screenshot({ path: join(folder, `${name}.${look}.png`), fullPage: true });
    const markup = await page.locator('script, img, iframe, link, object, b').count();
    if (markup > 0) problems.push(`${where}: ${markup} elements that no report has`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) problems.push(`${where}: ${wide} pixels too wide`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document));
    for (const { id, help, nodes } of violations) {
      problems.push(`${where}: ${id}: ${help}: ${nodes.map((node) => node.target).join(', ')}`);
    }
    await context.close();
  }
}
// As a browser takes it, with the policy in force.
const page = await browser.newPage();
for (const name of pages) {
  page.on('console', (message) => problems.push(`${name}: ${message.text()}`));
  await page.goto(pathToFileURL(join(folder, name)).href);
  await page.pdf({ path: join(folder, `${name}.pdf`), format: 'A4' });
  page.removeAllListeners('console');
}
await browser.close();
for (const problem of problems) console.error(`PROBLEM ${problem}`);
const failed = new Set(problems.map((problem) => problem.split(/[ :]/)[0])).size;
console.log(`${pages.length - failed} passed, ${failed} failed`);
process.exit(problems.length > 0 || pages.length === 0 ? 1 : 0);
