import { render, screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, describe, expect, it } from 'vitest';
import Root from '../src/Root.svelte';
import { App } from '../src/app/app.svelte';
import type { CollabProfile } from '../src/backend/record';
import { ScriptedBackend } from '../src/backend/scripted';
import { scenes } from '../src/backend/scenes';
import { deployments, profiles } from '../src/backend/scenes/record';
import { error, type Scene } from '../src/backend/scenes/scene';
import { deploymentText, useLanguage } from '../src/i18n/index.svelte';

const OWN = scenes['collab-own-files'] ?? {};
const byTestId = (id: string) => screen.findByTestId(id);

afterEach(() => {
  useLanguage('en');
});

async function settings(scene: Scene): Promise<ScriptedBackend> {
  const backend = new ScriptedBackend(scene);
  const app = new App(backend);
  render(Root, { app });
  await app.start();
  app.settingsOpen = 'records';
  await screen.findAllByTestId('profile-edit');
  return backend;
}

async function edit(at: number): Promise<HTMLSelectElement> {
  (await screen.findAllByTestId('profile-edit'))[at]?.click();
  return (await byTestId('profile-deployment')) as HTMLSelectElement;
}

async function choose(select: HTMLSelectElement, value: string): Promise<void> {
  select.value = value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  await tick();
}

const values = (select: HTMLSelectElement) => [...select.options].map(({ value }) => value);
const links = () => screen.queryAllByTestId<HTMLInputElement>('profile-link');

async function save(backend: ScriptedBackend): Promise<CollabProfile | undefined> {
  (await byTestId('profile-save')).click();
  await tick();
  const args = backend.calls.find(({ command }) => command === 'save_profile')?.args;
  return (args as { profile: CollabProfile } | undefined)?.profile;
}

describe('the deployments of a profile', () => {
  it('are those of the program in words, then one’s own by name', async () => {
    await settings({ ...OWN, profiles });
    const select = await edit(0);
    expect(values(select)).toEqual(['auto', 'screening', 'live-editing', 'deployed', 'insights', 'ward']);
    expect(select.value).toBe('screening');
    expect(select.selectedOptions[0]?.textContent).toBe('Screening: staff, steps, queue');
    const group = select.querySelector('optgroup');
    expect(group?.label).toBe('From your own files');
    expect(group?.textContent.trim()).toBe('ward');
  });

  it('have no group of one’s own where there are none', async () => {
    await settings({ profiles });
    expect((await edit(0)).querySelector('optgroup')).toBeNull();
  });

  it('keep the one that no file has, and say so', async () => {
    const backend = await settings(OWN);
    const select = await edit(0);
    expect(select.value).toBe('clinic-2024');
    expect(screen.getByTestId('profile-form').textContent).toContain('No file has the deployment');
    await choose(select, 'screening');
    expect(screen.getByTestId('profile-form').textContent).not.toContain('No file has');
    await choose(select, 'clinic-2024');
    expect((await save(backend))?.deployment).toBe('clinic-2024');
  });

  it('are named by their words only where the program brings them', () => {
    expect(deploymentText({ name: 'insights', own: false })).toBe('Insights and alerts');
    expect(deploymentText({ name: 'insights', own: true })).toBe('insights');
    expect(deploymentText({ name: 'constructor', own: false })).toBe('constructor');
  });
});

describe('the links of a deployment', () => {
  it('have an address of their own, all but the first', async () => {
    const backend = await settings({ profiles });
    await edit(1);
    expect(links().map(({ value }) => value)).toEqual(['https://relay.home.example']);
    expect(screen.getByLabelText(/Address of the link .{1,2}relay/u)).toBe(links()[0]);
    const [field] = links();
    if (field) {
      field.value = 'relay.home.example';
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    expect(await save(backend)).toBeUndefined();
    expect(field?.getAttribute('aria-invalid')).toBe('true');
    if (field) {
      field.value = ' https://other.example ';
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    expect((await save(backend))?.links).toEqual({ relay: 'https://other.example' });
  });

  it('need none', async () => {
    const backend = await settings({ profiles });
    await edit(1);
    const [field] = links();
    if (field) {
      field.value = ' ';
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    expect((await save(backend))?.links).toEqual({});
  });

  it('go with their deployment', async () => {
    const backend = await settings({ profiles });
    await choose(await edit(1), 'screening');
    expect(links()).toEqual([]);
    const saved = await save(backend);
    expect(saved?.deployment).toBe('screening');
    expect(saved?.links).toEqual({});
  });

  it('are kept where nobody knows the deployment', async () => {
    const backend = await settings({ profiles, deployments: { ...deployments, deployments: [] } });
    await edit(1);
    expect((await save(backend))?.links).toEqual({ relay: 'https://relay.home.example' });
  });
});

describe('vocabulary files', () => {
  it('that have mistakes are listed with place, reason and the program’s own words', async () => {
    await settings(OWN);
    const rows = within(await byTestId('vocabulary-mistakes')).getAllByRole('listitem');
    expect(rows).toHaveLength(2);
    const [first, second] = rows.map(({ textContent }) => textContent);
    for (const part of ['clinic.toml', 'line 14', 'vocabulary.clinic.out.jion', 'There is no such intent.', 'there are join, leave']) {
      expect(first).toContain(part);
    }
    expect(second).not.toContain('line');
  });

  it('have their mistakes told in the language that was chosen', async () => {
    await settings({ ...OWN, settings: { language: 'vi' } });
    const list = await byTestId('vocabulary-mistakes');
    expect(list.textContent).toContain('Không có ý định');
    expect(list.textContent).toContain('dòng 14');
  });

  it('have a folder that is named and copied', async () => {
    const backend = await settings({ profiles });
    expect((await byTestId('vocabulary-folder')).textContent).toContain(deployments.folder);
    expect(screen.queryByTestId('vocabulary-mistakes')).toBeNull();
    screen.getByRole('button', { name: 'Copy the folder' }).click();
    await tick();
    expect(backend.calls.at(-1)).toEqual({ command: 'copy_text', args: { text: deployments.folder } });
  });

  it('do without where the program cannot tell', async () => {
    const backend = new ScriptedBackend({ profiles });
    const call = backend.call.bind(backend);
    backend.call = (command, ...args) =>
      command === 'list_deployments'
        ? Promise.reject(error('app.internal', 'No.') as unknown as Error)
        : call(command, ...args);
    const app = new App(backend);
    render(Root, { app });
    await app.start();
    app.settingsOpen = 'records';
    const select = await edit(1);
    expect(values(select)).toEqual(['auto', 'insights']);
    expect(screen.getByTestId('profile-form').textContent).not.toContain('No file has');
    expect((await save(backend))?.links).toEqual({ relay: 'https://relay.home.example' });
  });
});
