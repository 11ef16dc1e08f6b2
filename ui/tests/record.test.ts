import { screen, waitFor, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { describe, expect, it } from 'vitest';
import type { CollabCommand, ConflictView } from '../src/backend/record';
import type { ScriptedBackend } from '../src/backend/scripted';
import { scenes } from '../src/backend/scenes';
import { entry, field, fields, person, record } from '../src/backend/scenes/record';
import type { Scene } from '../src/backend/scenes/scene';
import { isolate } from '../src/i18n/isolate';
import { sectionsOf } from '../src/record/sections';
import { seenWords } from '../src/record/words';
import { byTestId, press, show } from './record-page';

const commands = (backend: ScriptedBackend): CollabCommand[] =>
  backend.calls.flatMap(({ command, args }) =>
    command === 'collab_command' ? [(args as { command: CollabCommand }).command] : [],
  );

function row(key: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-field="${key}"]`);
  if (!found) throw new Error(`no field ${key}`);
  return found;
}

const input = (key: string) => within(row(key)).getByTestId<HTMLTextAreaElement>('field-input');

function type(key: string, text: string): void {
  const area = input(key);
  area.focus();
  area.value = text;
  area.dispatchEvent(new Event('input', { bubbles: true }));
}

describe('a field', () => {
  it('tells what is typed, commits with Enter, and only where something was typed', async () => {
    const { backend } = await show(scenes['collab-well']);
    await byTestId('record');
    press(input('both'), { key: 'Enter' });
    type('both', '20/20');
    press(input('both'), { key: 'Enter' });
    input('both').blur();
    await waitFor(() => {
      expect(commands(backend)).toEqual([
        { type: 'focus', field: 'both' },
        { type: 'type', field: 'both', text: '20/20' },
        { type: 'commit', field: 'both', text: '20/20' },
        { type: 'focus', field: null },
      ]);
    });
  });

  it('commits when it is left', async () => {
    const { backend } = await show(scenes['collab-well']);
    await byTestId('record');
    type('both', '20/20');
    input('right').focus();
    await waitFor(() => {
      expect(commands(backend)).toContainEqual({ type: 'commit', field: 'both', text: '20/20' });
    });
    expect(commands(backend)).not.toContainEqual({ type: 'focus', field: null });
  });

  it('gives up with Escape', async () => {
    const { backend } = await show(scenes['collab-well']);
    await byTestId('record');
    type('both', 'nonsense');
    press(input('both'), { key: 'Escape' });
    expect(input('both').value).toBe('20/25');
    await waitFor(() => {
      expect(commands(backend).at(-1)).toEqual({ type: 'discard', field: 'both' });
    });
  });

  it('is never written into while somebody types in it', async () => {
    const { backend } = await show(scenes['collab-well']);
    await byTestId('record');
    type('both', '20/2');
    backend.record?.change({ fields: [field('both', 'Both eyes', '20/100')] });
    await tick();
    expect(input('both').value).toBe('20/2');
    backend.record?.change({ fields: [field('right', 'Right eye', '20/100')] });
    await waitFor(() => {
      expect(input('right').value).toBe('20/100');
    });
  });

  it('shows who else is in it and what they type', async () => {
    await show(scenes['collab-well']);
    await byTestId('record');
    const people = within(row('left')).getByTestId('field-people');
    expect(people.textContent).toContain('20/3');
    expect(people.textContent).toContain('Bảo Trần');
    expect(within(row('colour')).getByTestId('field-people').textContent).toContain('Ann');
  });

  it('says in words how far an edit is', async () => {
    await show(scenes['collab-offline']);
    await byTestId('record');
    expect(row('right').textContent).toContain('waiting to be sent');
    expect(row('pressure').textContent).toContain('sent, not confirmed');
    expect(row('pressure-right').textContent).toContain('refused, kept here');
    expect((await byTestId('record-connection')).textContent).toContain('2 edits wait to be sent.');
  });
});

describe('a conflict', () => {
  const conflict: ConflictView = { kind: 'replaced', mine: '20/20', theirs: '20/30', with: 'Ann' };
  const two = (): Scene => ({
    record: record({
      fields: fields.map((one) => (['left', 'right'].includes(one.key) ? { ...one, conflict } : one)),
    }),
  });

  it('shows both values and leaves the focus where it is', async () => {
    const { backend } = await show(scenes['collab-well']);
    await byTestId('record');
    input('both').focus();
    backend.record?.change({ fields: [field('right', 'Right eye', '20/30', { conflict })] });
    const card = await byTestId('conflict');
    expect(card.textContent).toContain('20/20');
    expect(card.textContent).toContain('20/30');
    expect(card.textContent).toContain('Ann');
    expect(document.activeElement).toBe(input('both'));
    await waitFor(async () => {
      expect((await byTestId('record-announcer')).textContent).toContain('Both values are kept');
    });
  });

  it('is decided with one key in the field that has the focus', async () => {
    const { backend } = await show(two());
    await byTestId('record');
    input('right').focus();
    press(input('right'), { key: 'm', code: 'KeyM', altKey: true });
    await waitFor(() => {
      expect(commands(backend)).toContainEqual({ type: 'keepMine', field: 'right' });
    });
    expect(commands(backend)).not.toContainEqual({ type: 'keepMine', field: 'left' });
  });

  it('is decided with one key from anywhere, the oldest first', async () => {
    const { backend } = await show(two());
    await byTestId('record');
    press(document.body, { key: '†', code: 'KeyT', altKey: true });
    await waitFor(() => {
      expect(commands(backend)).toContainEqual({ type: 'takeTheirs', field: 'left' });
    });
    expect(await screen.findAllByTestId('conflict')).toHaveLength(1);
  });

  it('writes their value into the field in which one was typing', async () => {
    const { backend } = await show(scenes['collab-well']);
    await byTestId('record');
    type('right', '20/20');
    backend.record?.change({
      fields: [field('right', 'Right', '20/30', { mine: { text: '20/20', delivery: 'typing' }, conflict })],
    });
    await byTestId('conflict');
    press(input('right'), { key: 't', code: 'KeyT', altKey: true });
    await waitFor(() => {
      expect(input('right').value).toBe('20/30');
    });
    input('right').blur();
    await tick();
    expect(commands(backend).some(({ type: kind }) => kind === 'commit')).toBe(false);
  });

  it('gives the focus to the field when its card goes away', async () => {
    await show(two());
    await byTestId('record');
    within(row('left')).getByTestId('conflict-keep').click();
    expect(document.activeElement).toBe(input('left'));
  });

  it('that is only typing at once warns and asks for nothing', async () => {
    await show(scenes['collab-conflict-typing']);
    const card = await byTestId('conflict');
    expect(card.dataset['kind']).toBe('typing');
    expect(screen.queryByTestId('undecided')).toBeNull();
    expect(within(card).queryByRole('button')).toBeNull();
  });
});

describe('the staff', () => {
  it('has everybody once, with status, step, devices and what they are in', async () => {
    const { app } = await show(scenes['collab-well']);
    const strip = await byTestId('staff-strip');
    expect(strip.dataset['count']).toBe('5');
    expect(strip.textContent).toContain('5 people here');
    strip.click();
    const rows = await screen.findAllByTestId('staff');
    expect(rows).toHaveLength(app.record.staff.length);
    expect(rows[0]?.textContent).toContain('2 devices');
    expect(rows[1]?.textContent).toContain('in the field Left eye'.slice(0, 12));
    expect(rows[1]?.textContent).toContain('Doctor Diagnosis');
    expect(rows[3]?.textContent).toContain('away');
    expect(rows[3]?.textContent).toContain('last seen 17 minutes ago');
    expect(rows[4]?.textContent).toContain('u-77');
  });

  it('goes to another step', async () => {
    const { backend } = await show(scenes['collab-well']);
    (await byTestId('staff-strip')).click();
    const all = await screen.findAllByTestId('step');
    expect(all[3]?.getAttribute('aria-current')).toBe('step');
    all[4]?.click();
    await waitFor(() => {
      expect(all[4]?.getAttribute('aria-current')).toBe('step');
    });
    expect(commands(backend)).toContainEqual({ type: 'step', step: '4' });
  });

  it('are told when they were last seen only where it is worth it', () => {
    const now = 1_000_000_000;
    expect(seenWords(person('a', 'A', { seenMs: now - 400_000 }), now)).toBeNull();
    expect(seenWords(person('a', 'A', { status: 'away', seenMs: now - 5000 }), now)).toBeNull();
    expect(seenWords(person('a', 'A', { status: 'away', seenMs: now - 120_000 }), now)).toContain(
      '2 minutes ago',
    );
  });
});

describe('the queue', () => {
  it('shows positions as the service says, holes and doubles included', async () => {
    await show(scenes['collab-queue']);
    (await byTestId('record-queue')).click();
    const entries = await screen.findAllByTestId('queue-entry');
    expect(entries.map(({ dataset }) => dataset['position'])).toEqual(['1', '2', '3', '3', '7', undefined, '12']);
    expect(entries[5]?.textContent).toContain('no position');
    expect((await byTestId('queue-own')).textContent).toContain('Position 3');
    expect((await byTestId('queue-old')).textContent).toContain('6 minutes ago');
  });

  it('says where one is not in it', async () => {
    await show({ record: record({ queue: { entries: [entry('P-1', 1)], heardMs: Date.now(), ownPosition: null } }) });
    (await byTestId('record-queue')).click();
    expect((await byTestId('queue-own')).textContent).toContain('not in the queue');
    expect(screen.queryByTestId('queue-old')).toBeNull();
  });
});

describe('notices', () => {
  it('are marked as read and dismissed', async () => {
    const { backend } = await show(scenes['collab-insights']);
    expect((await byTestId('mark-notices')).textContent).toBe('2');
    (await byTestId('notices-read')).click();
    await waitFor(() => {
      expect(screen.queryByTestId('mark-notices')).toBeNull();
    });
    screen.getAllByTestId('notice-dismiss')[0]?.click();
    await waitFor(() => {
      expect(screen.getAllByTestId('notice')).toHaveLength(3);
    });
    expect(commands(backend)).toEqual([
      { type: 'markRead', key: null },
      { type: 'dismiss', key: 'i4' },
    ]);
  });
});

describe('the activity', () => {
  it('is searched and exported, without names unless they are asked for', async () => {
    const { backend } = await show(scenes['collab-well']);
    (await byTestId('record-activity')).click();
    const list = await byTestId('activity');
    expect(list.children).toHaveLength(12);
    expect(list.textContent).toContain('12 times');
    const search = await byTestId('activity-search');
    (search as HTMLInputElement).value = 'BẢO';
    search.dispatchEvent(new Event('input', { bubbles: true }));
    await waitFor(() => {
      expect(list.children).toHaveLength(3);
    });
    (await byTestId('activity-export')).click();
    expect((await byTestId('saved')).textContent).toContain('/home/linh/Downloads/');
    expect(backend.calls.at(-1)).toEqual({ command: 'export_activity', args: { redacted: true } });
  });
});

describe('what a deployment has no words for', () => {
  it('is hidden', async () => {
    await show(scenes['collab-insights']);
    await byTestId('record-notices');
    for (const part of ['fields', 'staff', 'queue']) {
      expect(screen.queryByTestId(`record-${part}`)).toBeNull();
    }
    expect(screen.queryByTestId('staff-strip')).toBeNull();
  });

  it('leaves the activity', () => {
    const none = { presence: false, steps: false, queue: false, fields: false, typing: false, focus: false };
    expect(sectionsOf({ ...none, notifications: false })).toEqual(['activity']);
  });
});

describe('the connection', () => {
  it('says why it is refused, in the words of the service, too, and tries when asked', async () => {
    const { backend } = await show(scenes['collab-refused']);
    const line = await byTestId('record-connection');
    expect(line.textContent).toContain('refuses the connection');
    expect(line.textContent).toContain('Connection rejected by server');
    expect(line.textContent).toMatch(/Next try in \d+ seconds/);
    (await byTestId('record-retry')).click();
    await waitFor(() => {
      expect(line.dataset['state']).toBe('connecting');
    });
    expect(commands(backend)).toEqual([{ type: 'retry' }]);
  });

  it('hints at another vocabulary where nothing is heard', async () => {
    const { app } = await show(scenes['collab-unheard']);
    expect((await byTestId('record-connection')).textContent).toContain('Another deployment may fit');
    (await screen.findByRole('button', { name: 'Change the profile' })).click();
    expect(app.settingsOpen).toBe('records');
  });
});

describe('what was missed', () => {
  it('is told once', async () => {
    const { backend } = await show(scenes['collab-missed']);
    const card = await byTestId('missed');
    expect(card.textContent).toContain('Lê Quang Đạo');
    (await byTestId('missed-seen')).click();
    await waitFor(() => {
      expect(screen.queryByTestId('missed')).toBeNull();
    });
    expect(commands(backend)).toEqual([{ type: 'seenMissed' }]);
  });
});

describe('text of others', () => {
  it('is text, whatever is in it', async () => {
    await show(scenes['collab-hostile']);
    (await byTestId('staff-strip')).click();
    for (const part of ['staff', 'queue', 'notices', 'activity']) {
      (await byTestId(`record-${part}`)).click();
      await tick();
      expect(document.querySelector('main img')).toBeNull();
    }
    expect(screen.queryByRole('link', { name: /evil/ })).toBeNull();
  });

  it('cannot turn the direction of what stands around it', () => {
    expect(isolate('a\u202eb\u2069c')).toBe('\u2068abc\u2069');
  });
});

describe('closing', () => {
  it('asks first where something has not been sent', async () => {
    const { app, backend } = await show(scenes['collab-offline']);
    (await byTestId('record-more')).click();
    (await byTestId('record-close')).click();
    expect(await screen.findByText(/2 edits have not been sent/)).toBeTruthy();
    expect(backend.calls.some(({ command }) => command === 'close_record')).toBe(false);
    (await byTestId('record-close-anyway')).click();
    await waitFor(() => {
      expect(app.screen).toBe('home');
    });
    expect(app.record.isOpen).toBe(false);
  });

  it('goes at once where all is sent', async () => {
    const { app } = await show(scenes['collab-alone']);
    (await byTestId('record-more')).click();
    (await byTestId('record-close')).click();
    await waitFor(() => {
      expect(app.screen).toBe('home');
    });
  });
});
