// What must hold on every screen, beyond looking right.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** All that is wrong with the page, in sentences. */
export async function check(page, shot) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `axe ${id}: ${help}: ${node.target.join(' ')} ${node.failureSummary}`),
    );
  });
  const layout = await page.evaluate(measure, shot.scene.startsWith('call-'));
  return [...violations, ...layout];
}

/** Runs in the page. */
function measure(inCall) {
  const found = [];
  const { clientWidth, clientHeight, scrollWidth, scrollHeight } = document.documentElement;
  if (scrollWidth > clientWidth || scrollHeight > clientHeight) {
    found.push(`the window scrolls: ${scrollWidth}x${scrollHeight}`);
  }
  for (const scroller of document.querySelectorAll('.scroll, .content, .list')) {
    if (scroller.scrollWidth > scroller.clientWidth + 1) {
      found.push(`${scroller.className} scrolls sideways by ${scroller.scrollWidth - scroller.clientWidth}`);
    }
  }
  for (const control of document.querySelectorAll('button, select, input.input, textarea')) {
    const box = control.getBoundingClientRect();
    if (box.width === 0) continue;
    if (box.width < 40 || box.height < 40) {
      const name = control.getAttribute('aria-label') ?? control.textContent.trim();
      found.push(`a target of ${box.width.toFixed(0)}x${box.height.toFixed(0)}: ${name}`);
    }
  }
  if (inCall) {
    for (const testid of ['call-leave', 'call-mute']) {
      const box = document.querySelector(`[data-testid=${testid}]`).getBoundingClientRect();
      const inside =
        box.left >= 0 && box.top >= 0 && box.right <= clientWidth && box.bottom <= clientHeight;
      if (!inside) found.push(`${testid} is not in sight`);
    }
  }
  return found;
}
