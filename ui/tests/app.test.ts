import { describe, expect, it, vi } from 'vitest';
import { App } from '../src/app/app.svelte';
import type { ErrorView } from '../src/backend/bindings/ErrorView';
import { ScriptedBackend } from '../src/backend/scripted';
import { call, error, type Scene } from '../src/backend/scenes/scene';

const LINK = 'https://jbcalling.site/room/bao-123';

async function started(scene: Scene): Promise<{ app: App; backend: ScriptedBackend }> {
  const backend = new ScriptedBackend(scene);
  const app = new App(backend);
  await app.start();
  return { app, backend };
}

const join = { name: 'Ann', microphone: null, speaker: null, muted: false };
const commands = (backend: ScriptedBackend) => backend.calls.map(({ command }) => command);

describe('a link from outside', () => {
  it('opens the pre-join screen and joins nothing', async () => {
    const { app, backend } = await started({ pending: LINK });
    expect(app.screen).toBe('prejoin');
    await vi.waitFor(() => {
      expect(app.preparation.state).toBe('ready');
    });
    expect(app.roomName).toBe('bao-123');
    expect(commands(backend)).not.toContain('join');
  });

  it('is only offered while in a call, and followed after leaving', async () => {
    const { app, backend } = await started({});
    backend.emit('call-view', call());
    expect(app.screen).toBe('call');
    backend.emit('open-link', LINK);
    await vi.waitFor(() => {
      expect(app.incoming).toBe(LINK);
    });
    expect(app.screen).toBe('call');
    await app.takeIncoming();
    backend.emit('call-ended', { kind: 'left' });
    await vi.waitFor(() => {
      expect(app.preparation.state).toBe('ready');
    });
    expect(app.screen).toBe('prejoin');
    expect(app.link).toBe(LINK);
  });
});

describe('a page that is loaded again', () => {
  it('shows the call that went on without it', async () => {
    const { app } = await started({ current: call() });
    expect(app.screen).toBe('call');
    expect(app.view?.room).toBe(call().room);
  });
});

describe('a room that is opened', () => {
  it('keeps the last one when two are opened one after the other', async () => {
    const { app } = await started({});
    await Promise.all([app.open(LINK), app.open('other')]);
    expect(app.roomName).toBe('other');
  });

  it('tells why it cannot be', async () => {
    const refusal: ErrorView = error('gateway.unreachable', 'No.');
    const { app } = await started({ prepare: refusal });
    await app.open(LINK);
    expect(app.preparation).toEqual({ state: 'failed', error: refusal });
    await app.open('not a link');
    expect(app.preparation).toMatchObject({ error: { code: 'link.malformed' } });
  });

  it('is given up on the way back', async () => {
    const { app, backend } = await started({ prepare: 'never' });
    void app.open(LINK);
    await vi.waitFor(() => {
      expect(commands(backend)).toContain('prepare');
    });
    await app.goHome();
    expect(app.screen).toBe('home');
    expect(commands(backend)).toContain('cancel_prepare');
  });
});

describe('a join', () => {
  it('stays on the pre-join screen when it is refused', async () => {
    const refusal = error('gateway.refused', 'No.');
    const { app } = await started({ join: refusal });
    await app.open(LINK);
    await app.join(join);
    expect(app.screen).toBe('prejoin');
    expect(app.joinError).toEqual(refusal);
    expect(app.joining).toBe(false);
  });

  it('shows the call as soon as there is a view', async () => {
    const { app } = await started({ view: call() });
    await app.open(LINK);
    await app.join(join);
    expect(app.screen).toBe('call');
    expect(app.view?.me.name).toBe('Ann');
  });
});

describe('the end of a call', () => {
  it('is told, and a late view does not bring it back', async () => {
    const { app, backend } = await started({});
    backend.emit('call-view', call());
    backend.emit('call-ended', { kind: 'left' });
    backend.emit('call-view', call({ connection: { state: 'leaving' } }));
    expect(app.screen).toBe('ended');
  });
});

describe('settings', () => {
  it('hold at once and are saved', async () => {
    const { app, backend } = await started({});
    await app.change({ language: 'vi', appearance: 'dark' });
    expect(document.documentElement.lang).toBe('vi');
    expect(document.documentElement.dataset['theme']).toBe('dark');
    const saved = backend.calls.findLast(({ command }) => command === 'set_settings')?.args;
    expect(saved).toMatchObject({ settings: { language: 'vi', appearance: 'dark' } });
    await app.change({ language: 'en' });
  });

  it('forget the rooms when they are switched off', async () => {
    const { app } = await started({});
    expect(app.settings.recents.length).toBeGreaterThan(0);
    await app.change({ keepRecents: false });
    expect(app.settings.recents).toEqual([]);
  });

  it('that cannot be saved are told of and hold', async () => {
    const { app, backend } = await started({});
    vi.spyOn(backend, 'call').mockRejectedValue(error('settings.not-saved', 'No.'));
    await app.change({ name: 'Bảo' });
    expect(app.settings.name).toBe('Bảo');
    expect(app.toasts.list).toHaveLength(1);
  });
});
