import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Lays all pictures out on one sheet, by group. */
export async function contactSheet(browser, folder, shots) {
  const groups = grouped(shots);
  let html = `<!doctype html><meta charset="utf-8"><title>Screens</title><style>
    body { margin: 24px; background: #8a8d94; font: 13px system-ui; color: #fff; }
    h2 { margin: 24px 0 8px; } div { display: flex; flex-wrap: wrap; gap: 12px; align-items: start; }
    figure { margin: 0; } img { display: block; height: 240px; } figcaption { margin-top: 2px; }
  </style>`;
  for (const [group, members] of groups) {
    html += `<h2>${group}</h2><div>`;
    for (const { name, file } of members) {
      const data = (await readFile(join(folder, file))).toString('base64');
      html += `<figure><img src="data:image/png;base64,${data}"><figcaption>${name}</figcaption></figure>`;
    }
    html += '</div>';
  }
  const sheet = join(folder, 'contact-sheet.html');
  await writeFile(sheet, html);
  const page = await browser.newPage({ viewport: { width: 2200, height: 1000 } });
  await page.goto(`file://${sheet}`);
  await page.screenshot({ path: join(folder, 'contact-sheet.png'), fullPage: true });
  await page.close();
}

function grouped(shots) {
  const groups = new Map();
  for (const shot of shots) groups.set(shot.group, [...(groups.get(shot.group) ?? []), shot]);
  return groups;
}
