import { describe, expect, it, vi } from 'vitest';
import { App } from '../src/app/app.svelte';
import type { LiveRecord } from '../src/app/record.svelte';
import type { CollabCommand, CollabUpdate } from '../src/backend/record';
import { EMPTY } from '../src/backend/scripted-record';
import { ScriptedBackend } from '../src/backend/scripted';
import { field, happened, notice, person, record, steps } from '../src/backend/scenes/record';
import type { Scene } from '../src/backend/scenes/scene';

function store(): { live: LiveRecord; backend: ScriptedBackend } {
  const backend = new ScriptedBackend({});
  return { live: new App(backend).record, backend };
}

const part = (version: number, more: Partial<CollabUpdate>): CollabUpdate => ({
  ...EMPTY,
  version,
  ...more,
});

async function started(scene: Scene): Promise<{ app: App; backend: ScriptedBackend }> {
  const backend = new ScriptedBackend(scene);
  const app = new App(backend);
  await app.start();
  return { app, backend };
}

const commands = (backend: ScriptedBackend): CollabCommand[] =>
  backend.calls.flatMap(({ command, args }) =>
    command === 'collab_command' ? [(args as { command: CollabCommand }).command] : [],
  );

describe('updates of a record', () => {
  it('are laid over each other', () => {
    const { live } = store();
    live.take(record());
    live.take(part(2, { connection: { state: 'joining' } }));
    expect(live.connection?.state).toBe('joining');
    expect(live.staff).toHaveLength(5);
    expect(live.fields.count).toBe(11);
  });

  it('that are late, or come before there is a record, change nothing', () => {
    const { live } = store();
    live.take(part(5, { connection: { state: 'joining' } }));
    expect(live.isOpen).toBe(false);
    live.take(record({ version: 7 }));
    live.take(part(7, { connection: { state: 'closed' } }));
    live.take(part(3, { connection: { state: 'closed' } }));
    expect(live.connection?.state).toBe('joined');
  });

  it('that are whole make void what was shown before', () => {
    const { live } = store();
    live.take(record({ version: 900 }));
    live.take(record({ version: 1, fields: [field('a', 'A', '1')], activity: [], notifications: [] }));
    expect(live.fields.count).toBe(1);
    expect(live.fields.get('left')).toBeUndefined();
    expect(live.activity).toEqual([]);
    live.take(part(2, { fields: [field('b', 'B', '2')] }));
    expect(live.fields.count).toBe(2);
  });

  it('take fields away', () => {
    const { live } = store();
    live.take(record());
    live.take(part(2, { removedFields: ['left', 'nobody'] }));
    expect(live.fields.get('left')).toBeUndefined();
    expect(live.fields.groups.flatMap(({ cells }) => cells).map(({ key }) => key)).not.toContain('left');
  });

  it('group the fields by step, and those of no known step last', () => {
    const { live } = store();
    live.take(record({ fields: [field('x', 'X', null, { step: 'nowhere' }), field('y', 'Y', null)] }));
    expect(live.fields.groups.map(({ step, cells }) => [step, cells[0]?.key])).toEqual([
      ['3', 'y'],
      [null, 'x'],
    ]);
  });

  it('keep what did not change as it is', () => {
    const { live } = store();
    live.take(record());
    const [me, bao] = live.staff;
    live.take(part(2, { staff: live.staff.map((one, at) => ({ ...one, sockets: at === 1 ? 9 : one.sockets })) }));
    expect(live.staff[0]).toBe(me);
    expect(live.staff[1]).not.toBe(bao);
    expect(live.staff[1]?.sockets).toBe(9);
  });

  it('show a key that comes twice once', () => {
    const { live } = store();
    live.take(record({ staff: [person('a', 'A'), person('a', 'B')], notifications: [notice('n', '1'), notice('n', '2')] }));
    expect(live.staff.map(({ name }) => name)).toEqual(['A']);
    expect(live.notifications).toHaveLength(1);
  });

  it('change entries of the activity that come again, and keep its end', () => {
    const { live } = store();
    const first = happened('typed', 1, { who: 'Ann', count: 1 });
    live.take(record({ activity: [first] }));
    const later = Array.from({ length: 600 }, () => happened('committed', 0));
    live.take(part(2, { activity: [{ ...first, count: 4 }] }));
    expect(live.activity).toEqual([{ ...first, count: 4 }]);
    live.take(part(3, { activity: later }));
    expect(live.activity).toHaveLength(500);
    expect(live.activity.at(-1)).toEqual(later.at(-1));
  });

  it('list what is undecided, the oldest first; typing at once is only a warning', () => {
    const { live } = store();
    const conflict = { kind: 'replaced', mine: '1', theirs: '2', with: 'Ann' } as const;
    live.take(record({ fields: [field('a', 'A', '2'), field('b', 'B', '2'), field('c', 'C', '2')] }));
    live.take(part(2, { fields: [field('b', 'B', '2', { conflict })] }));
    live.take(part(3, { fields: [field('a', 'A', '2', { conflict })] }));
    live.take(part(4, { fields: [field('c', 'C', '2', { conflict: { ...conflict, kind: 'typing' } })] }));
    expect(live.fields.undecided.map(({ key }) => key)).toEqual(['b', 'a']);
    expect(live.unsent).toBe(2);
    live.take(part(5, { fields: [field('b', 'B', '1')] }));
    expect(live.fields.undecided.map(({ key }) => key)).toEqual(['a']);
  });
});

describe('a record of 5,000 fields', () => {
  const many = Array.from({ length: 5000 }, (_, at) =>
    field(`f${String(at)}`, `Field ${String(at)}`, String(at), { step: String(at % 8) }),
  );

  it('changes one of them without touching the others', () => {
    const { live } = store();
    live.take(record({ fields: many, steps: steps() }));
    expect(live.fields.count).toBe(5000);
    const { groups } = live.fields;
    const other = live.fields.get('f8')?.view;
    for (let version = 2; version < 500; version += 1) {
      live.take(part(version, { fields: [field('f0', 'Field 0', String(version), { step: '0' })] }));
    }
    expect(live.fields.groups).toBe(groups);
    expect(live.fields.get('f8')?.view).toBe(other);
    expect(live.fields.get('f0')?.view.value).toBe('499');
  });

  it('groups them again only where one has moved', () => {
    const { live } = store();
    live.take(record({ fields: many, steps: steps() }));
    const { groups } = live.fields;
    live.take(part(2, { steps: steps({ 2: ['u-1'] }) }));
    expect(live.fields.groups).toBe(groups);
    live.take(part(3, { fields: [field('f0', 'Field 0', '0', { step: '5' })] }));
    expect(live.fields.groups).not.toBe(groups);
  });
});

describe('commands', () => {
  it('go one after the other, and typing does not pile up', async () => {
    const { live, backend } = store();
    live.command({ type: 'focus', field: 'left' });
    for (const text of ['2', '20', '20/', '20/2']) live.command({ type: 'type', field: 'left', text });
    live.command({ type: 'commit', field: 'left', text: '20/2' });
    await vi.waitFor(() => {
      expect(commands(backend)).toEqual([
        { type: 'focus', field: 'left' },
        { type: 'type', field: 'left', text: '20/2' },
        { type: 'commit', field: 'left', text: '20/2' },
      ]);
    });
  });
});

describe('a record that something asks for', () => {
  it('fills in the form and connects nowhere', async () => {
    const link = 'jbcall://collab?url=https%3A%2F%2Fcollab.example&record=P-1';
    const { app, backend } = await started({ pending: link });
    expect(app.screen).toBe('record');
    expect(app.record.request?.input).toBe(link);
    expect(backend.calls.map(({ command }) => command)).not.toContain('open_record');
  });

  it('connects by itself with a saved profile', async () => {
    const { app, backend } = await started({});
    backend.emit('open-record', { origin: 'link', input: null, profile: 'Clinic', record: 'P-1' });
    await vi.waitFor(() => {
      expect(app.record.opened?.profile).toBe('Clinic');
    });
    expect(backend.calls.find(({ command }) => command === 'open_record')?.args).toEqual({
      input: null,
      profile: 'Clinic',
      record: 'P-1',
    });
  });

  it('asks for the record where a profile is named alone', async () => {
    const { app, backend } = await started({});
    backend.emit('open-record', { origin: 'link', input: null, profile: 'Clinic', record: null });
    expect(app.screen).toBe('record');
    expect(app.record.request?.profile).toBe('Clinic');
    expect(backend.calls.map(({ command }) => command)).not.toContain('open_record');
  });

  it('waits for a word where another one is open', async () => {
    const { app, backend } = await started({ record: record() });
    backend.emit('open-record', { origin: 'link', input: null, profile: 'Clinic', record: 'P-18' });
    expect(app.record.other?.record).toBe('P-18');
    expect(app.record.id).toBe('P-17');
    await app.takeOther();
    await vi.waitFor(() => {
      expect(backend.calls.map(({ command }) => command).slice(-2)).toEqual(['close_record', 'open_record']);
    });
  });

  it('is only offered where a room asks for it', async () => {
    const { app, backend } = await started({});
    backend.emit('open-record', { origin: 'room', input: null, profile: 'Clinic', record: 'P-17' });
    expect(app.record.offer?.record).toBe('P-17');
    expect(backend.calls.map(({ command }) => command)).not.toContain('open_record');
  });
});

describe('a page that is loaded again', () => {
  it('shows the record that went on without it', async () => {
    const { app } = await started({ record: record() });
    expect(app.record.isOpen).toBe(true);
    expect(app.record.id).toBe('P-17');
  });
});

describe('a record that is closed', () => {
  it('is gone, and says why where nobody asked for it', async () => {
    const { app, backend } = await started({ record: record() });
    const why = { code: 'collab.gone', message: 'It is gone.', details: '' };
    backend.emit('collab-closed', why);
    expect(app.record.isOpen).toBe(false);
    expect(app.record.error).toEqual(why);
    expect(app.record.fields.count).toBe(0);
  });
});
