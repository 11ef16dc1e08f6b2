import { render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { describe, expect, it } from 'vitest';
import Root from '../src/Root.svelte';
import { App } from '../src/app/app.svelte';
import { ScriptedBackend } from '../src/backend/scripted';
import { scenes } from '../src/backend/scenes';

async function show(name: string): Promise<{ app: App; backend: ScriptedBackend }> {
  const scene = scenes[name];
  if (scene === undefined) throw new Error(`no scene ${name}`);
  const backend = new ScriptedBackend(scene);
  const app = new App(backend);
  render(Root, { app });
  await app.start();
  await tick();
  return { app, backend };
}

const byTestId = (id: string) => screen.findByTestId(id);

describe('the start', () => {
  it('says at once what it understood, or what is wrong', async () => {
    await show('home');
    const field = (await byTestId('home-link')) as HTMLInputElement;
    const answer = await byTestId('home-understood');
    field.value = 'bao-123';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await waitFor(() => {
      expect(answer.textContent).toContain('Room bao-123 on jbcalling.site');
    });
    field.value = 'https://jbcalling.site/nowhere';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await waitFor(() => {
      expect(answer.textContent).toContain('cannot be read');
    });
    expect(field.getAttribute('aria-invalid')).toBe('true');
  });
});

describe('the pre-join screen', () => {
  it('joins without a microphone where there is none, and says so', async () => {
    const { backend } = await show('prejoin-no-microphone');
    const button = await byTestId('prejoin-join');
    await waitFor(() => {
      expect(button.textContent).toContain('Join without a microphone');
    });
    expect(screen.getByText(/No microphone was found/)).toBeTruthy();
    button.click();
    await waitFor(() => {
      expect(backend.calls.find(({ command }) => command === 'join')?.args).toMatchObject({
        request: { microphone: 'none' },
      });
    });
  });

  it('measures the microphone, but not one that is muted', async () => {
    const { backend } = await show('prejoin');
    const meter = await byTestId('prejoin-meter');
    await waitFor(() => {
      expect(meter.dataset['level']).toBe('-18');
    });
    const button = await byTestId('prejoin-mute');
    button.click();
    await waitFor(() => {
      expect(backend.calls.at(-1)?.command).toBe('stop_meter');
    });
    expect((await byTestId('prejoin-join')).textContent).toContain('Join muted');
  });

  it('does not join without a name', async () => {
    const { backend } = await show('prejoin-first');
    (await byTestId('prejoin-join')).click();
    expect(await screen.findByText(/Type a name/)).toBeTruthy();
    expect(backend.calls.some(({ command }) => command === 'join')).toBe(false);
  });
});

describe('the call', () => {
  it('has a tile for everybody, with what is known of them', async () => {
    await show('call-muted');
    await byTestId('call-state');
    const tiles = screen.getAllByTestId('tile').map(({ dataset }) => ({ ...dataset }));
    expect(tiles).toMatchObject([
      { participantName: 'Linh Đỗ', muted: 'true', speaking: 'false', me: 'true' },
      { participantName: 'Bảo Trần', muted: 'false', speaking: 'false' },
      { participantName: 'Nguyễn Thị Minh Khai', muted: 'true', speaking: 'false' },
      { participantName: 'Ann', muted: 'false', speaking: 'true' },
    ]);
  });

  it('never shows a muted microphone as live, nor the other way round', async () => {
    const { backend } = await show('call-3');
    const button = await byTestId('call-mute');
    expect(button.textContent).toContain('Mic on');
    button.click();
    await waitFor(() => {
      expect(button.textContent).toContain('Muted');
    });
    expect(button.getAttribute('aria-label')).toContain('Unmute');
    expect(screen.getAllByTestId('tile')[0]?.dataset['muted']).toBe('true');
    backend.show({
      me: {
        name: 'x',
        speaker: null,
        speaking: false,
        microphone: { state: 'unavailable', error: null },
      },
    });
    await waitFor(() => {
      expect(button.dataset['state']).toBe('unavailable');
    });
  });

  it('takes names and messages for text, whatever is in them', async () => {
    const { backend } = await show('call-chat');
    const evil = '<img src=x onerror=alert(1)>';
    (await byTestId('call-chat')).click();
    await byTestId('chat-input');
    backend.show({
      room: evil,
      participants: [
        { id: 'p', name: evil, audio: 'live', speaking: false, joinedAtMs: 0 },
      ],
      chat: [
        { id: 99, sender: evil, text: evil, atMs: 0, mine: false, delivery: 'delivered' },
      ],
    });
    expect((await screen.findAllByText(evil)).length).toBeGreaterThan(2);
    expect(document.querySelector('img')).toBeNull();
  });

  it('marks the chat as read when it is opened and while it is open', async () => {
    const { backend } = await show('call-3');
    expect((await byTestId('chat-unread')).textContent).toContain('3');
    (await byTestId('call-chat')).click();
    await waitFor(() => {
      expect(screen.queryByTestId('chat-unread')).toBeNull();
    });
    backend.show({ unreadChat: 1 });
    await waitFor(() => {
      expect(screen.queryByTestId('chat-unread')).toBeNull();
    });
  });

  it('does not send more than fits', async () => {
    const { backend } = await show('call-3');
    (await byTestId('call-chat')).click();
    const field = (await byTestId('chat-input')) as HTMLTextAreaElement;
    const send = (await byTestId('chat-send')) as HTMLButtonElement;
    field.value = 'x'.repeat(501);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    expect(await screen.findByText('One character too many')).toBeTruthy();
    expect(send.disabled).toBe(true);
    field.value = ` ${'x'.repeat(500)} `;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await waitFor(() => {
      expect(send.disabled).toBe(false);
    });
    send.click();
    await waitFor(() => {
      expect(backend.calls.at(-1)?.args).toEqual({
        command: { type: 'chat', text: 'x'.repeat(500) },
      });
    });
  });

  it('shows a banner while the connection is lost, and only then', async () => {
    const { backend } = await show('call-reconnecting');
    const banner = await byTestId('reconnect-banner');
    expect(banner.dataset['attempt']).toBe('3');
    backend.show({ connection: { state: 'connected' } });
    await waitFor(() => {
      expect(screen.queryByTestId('reconnect-banner')).toBeNull();
    });
  });
});

describe('every scene', () => {
  it.each(Object.keys(scenes))('%s is rendered', async (name) => {
    await show(name);
    await waitFor(() => {
      expect(document.querySelector('main')?.textContent.trim()).not.toBe('');
    });
  });
});

describe('the doctor', () => {
  it('leaves the microphone alone until it is allowed on its screen', async () => {
    const { backend } = await show('doctor-ok');
    (await byTestId('home-test')).click();
    const allow: HTMLInputElement = await screen.findByRole('switch', { name: /microphone/ });
    expect(allow.checked).toBe(false);
    (await byTestId('doctor-start')).click();
    await byTestId('doctor-outcome');
    const started = () =>
      backend.calls.filter(({ command }) => command === 'start_doctor').map(({ args }) => args);
    expect(started()).toMatchObject([{ microphone: false }]);
    (await screen.findByRole('switch', { name: /microphone/ })).click();
    (await byTestId('doctor-again')).click();
    await waitFor(() => {
      expect(started()).toMatchObject([{ microphone: false }, { microphone: true }]);
    });
  });

  it('begins by itself on an error, and goes back there', async () => {
    const { app } = await show('doctor-server-broken');
    (await byTestId('error-test')).click();
    const culprit = await byTestId('doctor-culprit');
    expect(culprit.dataset['rung']).toBe('ice');
    expect(culprit.textContent).toContain('ANNOUNCED_IP');
    (await byTestId('back')).click();
    expect(app.screen).toBe('prejoin');
    await byTestId('error');
  });

  it('is stopped when it is left', async () => {
    const { backend } = await show('doctor-running');
    (await byTestId('home-test')).click();
    (await byTestId('doctor-start')).click();
    await byTestId('doctor-running');
    (await byTestId('back')).click();
    await waitFor(() => {
      expect(backend.calls.map(({ command }) => command)).toContain('stop_doctor');
    });
  });

  it('says every state in a word', async () => {
    await show('doctor-server-broken');
    (await byTestId('error-test')).click();
    await byTestId('doctor-culprit');
    const words = { ok: 'OK', failed: 'Failed', warning: 'Remark', skipped: 'Skipped' };
    for (const row of screen.getAllByTestId('rung')) {
      expect(row.textContent).toContain(words[row.dataset['state'] as keyof typeof words]);
    }
  });
});

describe('reporting a problem', () => {
  it('saves one file and says where', async () => {
    const { backend } = await show('ended-failed');
    (await byTestId('error-report')).click();
    const field = (await byTestId('report-description')) as HTMLTextAreaElement;
    field.value = ' It was silent. ';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    (await byTestId('report-save')).click();
    expect((await byTestId('report-saved')).textContent).toContain('/home/linh/Downloads/');
    expect(backend.calls.at(-1)).toEqual({
      command: 'report_problem',
      args: { description: 'It was silent.' },
    });
  });
});
