import type { Appearance } from '../backend/bindings/Appearance';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
let choice: Appearance = 'system';

function apply(): void {
  const dark = choice === 'dark' || (choice === 'system' && systemIsDark.matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}

/** Applies a choice and follows the system while that is the choice. */
export function useAppearance(chosen: Appearance): void {
  choice = chosen;
  apply();
}

systemIsDark.addEventListener('change', apply);
