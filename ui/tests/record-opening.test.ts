import { screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { describe, expect, it } from 'vitest';
import { scenes } from '../src/backend/scenes';
import { record } from '../src/backend/scenes/record';
import { isolate } from '../src/i18n/isolate';
import { isRecordLink, readRecordLink, withIdentity } from '../src/record/link';
import { byTestId, press, show } from './record-page';

describe('the form', () => {
  it('says at once what it understood or what is wrong, and opens it', async () => {
    const { app, backend } = await show(scenes['collab-form']);
    const link = (await byTestId('open-link')) as HTMLInputElement;
    const answer = await byTestId('open-understood');
    const fill = (text: string) => {
      link.value = text;
      link.dispatchEvent(new Event('input', { bubbles: true }));
    };
    fill('https://panel.example/screening?patient_id=P-17&user_role=nurse');
    await waitFor(() => {
      expect(answer.textContent).toContain(`Record ${isolate('P-17')} on ${isolate('panel.example')}`);
    });
    expect(((await byTestId('open-role')) as HTMLInputElement).value).toBe('nurse');
    fill('https://panel.example/screening');
    await waitFor(() => {
      expect(answer.textContent).toContain('names no record');
    });
    expect(link.getAttribute('aria-invalid')).toBe('true');
    (await byTestId('open-go')).click();
    await tick();
    expect(backend.calls.some(({ command }) => command === 'open_record')).toBe(false);
    fill('https://panel.example/screening?patient_id=P-17');
    (await byTestId('open-go')).click();
    await byTestId('record');
    expect(app.record.id).toBe('P-17');
    const args = backend.calls.find(({ command }) => command === 'open_record')?.args;
    expect(args).toMatchObject({ profile: null, record: null });
    expect((args as { input: string }).input).toContain('user_role=nurse');
  });

  it('opens a record of a profile and keeps who one is there', async () => {
    const { backend } = await show({ profiles: scenes['collab-profiles']?.profiles ?? [], record: record(), recordClosed: true });
    const id = (await byTestId('open-id')) as HTMLInputElement;
    expect(id.value).toBe('P-17');
    const role = (await byTestId('open-role')) as HTMLInputElement;
    role.value = 'doctor';
    role.dispatchEvent(new Event('input', { bubbles: true }));
    (await byTestId('open-go')).click();
    await byTestId('record');
    const at = (command: string) => backend.calls.find((call) => call.command === command)?.args;
    expect(at('save_profile')).toMatchObject({ profile: { name: 'Clinic', identity: { role: 'doctor' } }, credential: null });
    expect(at('open_record')).toEqual({ input: null, profile: 'Clinic', record: 'P-17' });
  });

  it('says why it was refused', async () => {
    await show(scenes['collab-form-refused']);
    await byTestId('open-id');
    (await byTestId('open-go')).click();
    expect((await byTestId('error')).textContent).toContain('does not know the deployment');
  });
});

describe('a link to a record', () => {
  it.each([
    ['jbcall://collab?url=https%3A%2F%2Fc.example&record=P-1', 'P-1', 'c.example'],
    ['<JBCALL:collab?Server=c.example:8443&Session_ID=s1>', 's1', 'c.example:8443'],
    ['jbcall://collab?link=https%3A%2F%2Fc.example%2F%3Fpatient_id%3D7&role=nurse', '7', 'c.example'],
    ['https://panel.example:8443/x?patient_id=7&step=3', '7', 'panel.example:8443'],
    ['https://panel.example/?session_id=s-1', 's-1', 'panel.example'],
  ])('%s is understood', (text, id, host) => {
    expect(readRecordLink(text)).toMatchObject({ state: 'record', link: { record: id, host } });
  });

  it.each([
    ['P-17', 'malformed'],
    ['ftp://panel.example/?patient_id=7', 'scheme'],
    ['jbcall://webrtc.example/room/x', 'scheme'],
    ['jbcall://collab?record=P-1', 'no-service'],
    ['jbcall://collab?url=javascript:%2F%2Fx&record=P-1', 'malformed'],
    ['jbcall://collab?link=jbcall%3A%2F%2Fcollab%3Frecord%3D1', 'malformed'],
    ['https://panel.example/', 'no-record'],
  ])('%s is not', (text, code) => {
    expect(readRecordLink(text)).toMatchObject({ state: 'wrong', error: { code: `collab.link-${code}` } });
  });

  it('has an end', () => {
    const endless = `https://panel.example/?patient_id=${'x'.repeat(20_000)}`;
    expect(readRecordLink(endless)).toMatchObject({ error: { code: 'collab.link-too-long' } });
  });

  it('is told apart from one to a room', () => {
    expect(isRecordLink('JBCALL://collab?record=1')).toBe(true);
    expect(isRecordLink('jbcall://collab.example/room/x')).toBe(false);
    expect(isRecordLink('https://jbcalling.site/room/collab')).toBe(false);
    expect(isRecordLink('https://panel.example/?patient_id=7')).toBe(true);
  });

  it('carries who one is', () => {
    const link = withIdentity('https://p.example/?patient_id=7&user_name=Ann', 'Linh Đỗ', ' ');
    expect(new URL(link).searchParams.get('user_name')).toBe('Linh Đỗ');
    expect(new URL(link).searchParams.has('user_role')).toBe(false);
    const nested = withIdentity('jbcall://collab?link=https%3A%2F%2Fc.example%2F%3Fpatient_id%3D7%26username%3DAnn&deployment=d', 'Linh', 'nurse');
    expect(readRecordLink(nested)).toMatchObject({ link: { record: '7', name: 'Linh', role: 'nurse' } });
    expect(new URL(nested).searchParams.get('deployment')).toBe('d');
  });
});

describe('profiles', () => {
  it('are written with their credential, which never comes back', async () => {
    const { app, backend } = await show({ profiles: [] });
    app.settingsOpen = 'records';
    (await byTestId('profile-add')).click();
    const fill = async (id: string, text: string) => {
      const element = (await byTestId(id)) as HTMLInputElement;
      element.value = text;
      element.dispatchEvent(new Event('input', { bubbles: true }));
    };
    (await byTestId('profile-save')).click();
    expect(await screen.findByText('Give the profile a name.')).toBeTruthy();
    await fill('profile-name', 'Clinic');
    await fill('profile-url', 'https://collab.example');
    await fill('profile-id', 'u1');
    await fill('profile-credential', 'secret');
    (await byTestId('profile-save')).click();
    (await byTestId('profile-edit')).click();
    const field = (await byTestId('profile-credential')) as HTMLInputElement;
    expect(field.value).toBe('');
    expect(field.placeholder).toBe('Saved in the keyring');
    expect(backend.calls.find(({ command }) => command === 'save_profile')?.args).toMatchObject({
      profile: { name: 'Clinic', deployment: 'auto', identity: { id: 'u1' } },
      credential: 'secret',
    });
  });
});

describe('beside a call', () => {
  it('is opened with a key and marked on its button', async () => {
    const { app } = await show(scenes['call-collab']);
    await waitFor(() => {
      expect(app.screen).toBe('call');
    });
    expect((await byTestId('record-badge')).textContent.trim()).toBe('1');
    press(document.body, { key: 'r' });
    expect((await byTestId('record')).dataset['record']).toBe('P-17');
  });

  it('binds the room with the record', async () => {
    const { app, backend } = await show(scenes['call-collab']);
    await waitFor(() => {
      expect(app.screen).toBe('call');
    });
    await app.record.open({ input: null, profile: 'Clinic', record: 'P-17' });
    press(document.body, { key: 'r' });
    (await byTestId('record-more')).click();
    (await byTestId('record-bind')).click();
    await waitFor(() => {
      expect(backend.calls.at(-1)).toEqual({
        command: 'bind_record',
        args: { binding: { room: 'https://jbcalling.site/room/bao-123', record: 'P-17', profile: 'Clinic' } },
      });
    });
    await waitFor(() => {
      expect(app.record.opened?.binding?.record).toBe('P-17');
    });
  });

  it('is offered where it goes with the room', async () => {
    const { app } = await show(scenes['call-collab-offer']);
    await waitFor(() => {
      expect(app.screen).toBe('call');
    });
    (await byTestId('record-offer-open')).click();
    await byTestId('record');
    expect(app.record.offer).toBeNull();
  });
});
