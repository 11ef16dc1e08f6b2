import './styles/tokens.css';
import './styles/base.css';
import './styles/tooltip.css';
import { mount } from 'svelte';
import Root from './Root.svelte';
import { App } from './app/app.svelte';
import type { Backend } from './backend/backend';
import { TauriBackend } from './backend/tauri';

async function backend(): Promise<Backend> {
  if (__SCENES__) {
    const scene = new URLSearchParams(location.search).get('scene');
    if (scene !== null || !('__TAURI_INTERNALS__' in window)) {
      const { ScriptedBackend } = await import('./backend/scripted');
      return ScriptedBackend.of(scene ?? 'home');
    }
  }
  return new TauriBackend();
}

const app = new App(await backend());
mount(Root, { target: document.body, props: { app } });
await app.start();
