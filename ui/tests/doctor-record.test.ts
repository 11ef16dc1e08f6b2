import { render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { describe, expect, it } from 'vitest';
import Root from '../src/Root.svelte';
import { App } from '../src/app/app.svelte';
import { RUNGS } from '../src/backend/doctor';
import { ScriptedBackend } from '../src/backend/scripted';
import { scenes } from '../src/backend/scenes';
import { doctors } from '../src/backend/scenes/doctor';
import { opened, profiles, record } from '../src/backend/scenes/record';
import { call, error, type Scene } from '../src/backend/scenes/scene';
import { isOfTheService } from '../src/record/words';

const LINK = 'https://panel.example/screening?patient_id=P-17&user_name=Linh';
const byTestId = (id: string) => screen.findByTestId(id);

async function show(scene: Scene): Promise<{ app: App; backend: ScriptedBackend }> {
  const backend = new ScriptedBackend(scene);
  const app = new App(backend);
  render(Root, { app });
  await app.start();
  await tick();
  return { app, backend };
}

async function showRecord(scene: Scene): ReturnType<typeof show> {
  const shown = await show(scene);
  shown.app.showRecord();
  await tick();
  return shown;
}

const asked = (backend: ScriptedBackend) =>
  backend.calls.filter(({ command }) => command === 'start_doctor').map(({ args }) => args);

const rungs = () => screen.getAllByTestId('rung').map((row) => row.dataset['rung']);

async function typeLink(text: string): Promise<void> {
  const field = (await byTestId('doctor-link')) as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await tick();
}

describe('testing a record', () => {
  const refused = scenes['collab-refused'] ?? {};

  it('begins at once where its connection is refused, and goes back to it', async () => {
    const { app, backend } = await showRecord(refused);
    (await byTestId('record-why')).click();
    const culprit = await byTestId('doctor-culprit');
    expect(culprit.dataset['rung']).toBe('endpoint');
    expect(culprit.textContent).toContain('The connection fails here');
    expect(asked(backend)).toEqual([{ input: null, profile: 'Clinic', record: 'P-17', microphone: false }]);
    expect(rungs()).toEqual([...RUNGS.record]);
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Test this record');
    expect(screen.getByRole('main').textContent).toMatch(/Record .?P-17.? on .?collab\.clinic\.example/u);
    expect(screen.queryByRole('switch')).toBeNull();
    expect(app.record.isOpen).toBe(true);
    (await byTestId('back')).click();
    await byTestId('record');
    expect(backend.calls.map(({ command }) => command)).not.toContain('close_record');
    expect(backend.calls.map(({ command }) => command)).not.toContain('parse_link');
  });

  it.each(['collab-offline', 'collab-unheard'])('is offered in %s', async (name) => {
    const { app } = await showRecord(scenes[name] ?? {});
    (await byTestId('record-why')).click();
    expect(app.screen).toBe('doctor');
  });

  it('is not offered where all is well', async () => {
    await showRecord(scenes['collab-well'] ?? {});
    await byTestId('record');
    expect(screen.queryByTestId('record-why')).toBeNull();
  });

  it('uses the link that it was opened with', async () => {
    const { app, backend } = await showRecord({ ...refused, recordClosed: true });
    await app.record.open({ input: LINK, profile: null, record: null });
    (await byTestId('record-why')).click();
    await byTestId('doctor-culprit');
    expect(asked(backend)).toMatchObject([{ input: LINK, profile: null, record: null }]);
  });

  it('goes on beside a call, which stays in sight', async () => {
    const { app, backend } = await show({ ...refused, view: call() });
    await byTestId('call-mute');
    app.panel = 'record';
    (await byTestId('record-why')).click();
    await byTestId('doctor-culprit');
    expect(app.screen).toBe('call');
    backend.show({ unreadChat: 1 });
    await byTestId('call-leave');
    await byTestId('doctor-culprit');
    screen.getByRole('button', { name: 'Close' }).click();
    (await byTestId('record-why')).click();
    await byTestId('doctor-culprit');
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    await byTestId('record');
    expect(app.panel).toBe('record');
  });
});

describe('the form to open a record', () => {
  const gone = error('collab.unreachable', 'The service cannot be reached.');

  it('lets the doctor look at what could not be opened, and is filled in afterwards', async () => {
    const { app, backend } = await showRecord({ openRefusal: gone, doctor: doctors.recordBroken });
    await app.record.open({ input: LINK, profile: null, record: null });
    (await byTestId('record-why')).click();
    await byTestId('doctor-culprit');
    expect(asked(backend)).toMatchObject([{ input: LINK }]);
    (await byTestId('back')).click();
    expect(((await byTestId('open-link')) as HTMLInputElement).value).toBe(LINK);
    await byTestId('error');
  });

  it('offers it only where the service may be to blame', () => {
    expect(isOfTheService(gone)).toBe(true);
    for (const code of ['link-malformed', 'profile-no-url', 'no-profile', 'keyring']) {
      expect(isOfTheService(error(`collab.${code}`, ''))).toBe(false);
    }
  });

  it('offers nothing before something was tried', async () => {
    await showRecord({ recordClosed: true, profiles });
    await byTestId('open-record');
    expect(screen.queryByTestId('record-why')).toBeNull();
  });
});

describe('the form of the doctor', () => {
  it('takes a link to a record, and asks for no microphone then', async () => {
    const { app, backend } = await show({ doctor: doctors.recordBroken });
    app.test('', false);
    const allow: HTMLInputElement = await screen.findByRole('switch', { name: /microphone/ });
    allow.click();
    await tick();
    expect(allow.checked).toBe(true);
    await typeLink(LINK);
    expect(screen.queryByRole('switch')).toBeNull();
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Test this record');
    (await byTestId('doctor-start')).click();
    await byTestId('doctor-culprit');
    expect(asked(backend)).toEqual([{ input: LINK, profile: null, record: null, microphone: false }]);
  });

  it('says at its field what is wrong with a link', async () => {
    const { app } = await show({});
    app.test('', false);
    await typeLink('jbcall://collab?record=P-1');
    (await byTestId('doctor-start')).click();
    const field = await byTestId('doctor-link');
    await waitFor(() => {
      expect(field.getAttribute('aria-invalid')).toBe('true');
    });
    const wrong = document.getElementById(field.getAttribute('aria-describedby') ?? '');
    expect(wrong?.textContent).toContain('names no service');
    await typeLink('https://jbcalling.site/room/bao-123');
    (await byTestId('doctor-start')).click();
    await byTestId('doctor-running');
    expect(rungs()).toEqual([...RUNGS.call]);
  });

  it('shows the refusal of anything else on its own', async () => {
    const { app } = await show({ doctorRefusal: error('doctor.failed', 'No.') });
    app.test('bao-123', true);
    expect((await byTestId('error')).dataset['code']).toBe('doctor.failed');
    expect(screen.queryByTestId('doctor-link')).toBeNull();
  });
});

describe('a page that is loaded again', () => {
  it('knows how the record was opened', async () => {
    const binding = { room: call().shareLink, record: 'P-17', profile: 'Clinic' };
    const { app } = await show({ record: record(), opened: { ...opened, binding } });
    expect(app.record.opened).toMatchObject({ profile: 'Clinic', deployment: 'screening', binding });
    expect(app.record.asked).toEqual({ input: null, profile: 'Clinic', record: 'P-17' });
  });

  it('keeps what came meanwhile', async () => {
    const { app } = await show({});
    app.record.take(record({ version: 9 }));
    const asked = { input: LINK, profile: null, record: null };
    app.record.restore({ asked, opened, update: record({ version: 5, staff: [] }) });
    expect(app.record.asked).toEqual(asked);
    expect(app.record.opened).toEqual(opened);
    expect(app.record.staff).toHaveLength(5);
    app.record.closed(null);
    await app.record.open({ input: null, profile: 'Ward', record: 'P-18' });
    app.record.restore({ asked, opened, update: record() });
    expect(app.record.opened?.record).toBe('P-18');
  });
});
