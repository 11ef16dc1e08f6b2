// The page of a record, and hands for it.

import { render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import Root from '../src/Root.svelte';
import { App } from '../src/app/app.svelte';
import { ScriptedBackend } from '../src/backend/scripted';
import type { Scene } from '../src/backend/scenes/scene';

export const byTestId = (id: string) => screen.findByTestId(id);

export async function show(scene: Scene | undefined): Promise<{ app: App; backend: ScriptedBackend }> {
  if (scene === undefined) throw new Error('no such scene');
  const backend = new ScriptedBackend(scene);
  const app = new App(backend);
  render(Root, { app });
  await app.start();
  app.showRecord();
  await tick();
  return { app, backend };
}

export const press = (target: Element, init: KeyboardEventInit) => {
  target.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }));
};
