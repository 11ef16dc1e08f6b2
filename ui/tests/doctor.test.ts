import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../src/app/app.svelte';
import { RUNGS, type DoctorResult, type DoctorTarget, type Rung, type Verdict } from '../src/backend/doctor';
import { ScriptedBackend } from '../src/backend/scripted';
import { error } from '../src/backend/scenes/scene';
import { stretchesOf } from '../src/doctor/ladder';
import { DoctorRun } from '../src/doctor/run.svelte';

const LINK = 'https://jbcalling.site/room/bao-123';
const ROOM = { input: LINK, profile: null, record: null };

const cause = { cause: 'a-cause', person: null, operator: null, alternatives: [] };
const result = (rung: Rung, verdict: Verdict, what = ''): DoctorResult => ({
  rung,
  verdict,
  findings: what === '' ? [] : [{ ...cause, verdict, what }],
  evidence: [],
  blockedBy: null,
  tookMs: 1,
});

describe('the ladder', () => {
  it.each(['call', 'record'] as const)('of a %s has the rungs of the doctor, in its order', (kind) => {
    const source = readFileSync(
      join(import.meta.dirname, '../../src-tauri/crates/fieldtest/src/rung.rs'),
      'utf8',
    );
    const all = new RegExp(String.raw`const ${kind.toUpperCase()}[^=]*=\s*\[([^\]]*)\]`).exec(source)?.[1] ?? '';
    const names = [...all.matchAll(/Self::(\w+)/g)].map((match) => match[1]?.toLowerCase());
    expect(names).toEqual([...RUNGS[kind]]);
  });

  it.each(['call', 'record'] as const)('of a %s is shown whole, each stretch once', (kind) => {
    const stretches = stretchesOf({ kind, rungs: [...RUNGS[kind]] });
    expect(stretches.flatMap(({ rungs }) => rungs)).toEqual([...RUNGS[kind]]);
    const names = stretches.map(({ stretch }) => stretch);
    expect(names).toEqual([...new Set(names)]);
  });

  it('of a record ends at its service', () => {
    const stretches = stretchesOf({ kind: 'record', rungs: [...RUNGS.record] });
    expect(stretches.map(({ stretch }) => stretch)).toEqual(['way', 'service']);
    expect(stretches[1]?.rungs).toContain('vocabulary');
  });
});

describe('a run', () => {
  let backend: ScriptedBackend;
  let run: DoctorRun;
  const commands = () => backend.calls.map(({ command }) => command);
  const judged = (of: DoctorResult) => {
    backend.emit('doctor-progress', { type: 'judged', result: of });
  };

  beforeEach(async () => {
    backend = new ScriptedBackend({});
    run = new DoctorRun(new App(backend));
    await run.start(ROOM, false);
  });

  it('shows each rung as it goes', () => {
    expect(run.stateOf('tls')).toBe('waiting');
    backend.emit('doctor-progress', { type: 'started', rung: 'tls' });
    expect(run.stateOf('tls')).toBe('running');
    judged(result('tls', 'warning', 'Soon expired.'));
    expect(run.stateOf('tls')).toBe('warning');
    expect(run.judged).toBe(1);
    expect(run.remarks).toEqual([{ rung: 'tls', what: 'Soon expired.' }]);
  });

  it('blames the lowest rung that failed, whichever came first', () => {
    judged(result('media', 'failed', 'No sound.'));
    expect(run.culprit?.rung).toBe('media');
    judged(result('ice', 'failed', 'No path.'));
    expect(run.culprit).toMatchObject({ rung: 'ice', finding: { what: 'No path.' } });
  });

  it('follows the doctor when it names the culprit', () => {
    judged(result('ice', 'failed', 'No path.'));
    judged(result('machine', 'failed', 'A firewall here.'));
    backend.emit('doctor-progress', {
      type: 'finished',
      verdict: 'failed',
      culprit: 'machine',
      text: 'all of it',
    });
    expect(run.culprit?.rung).toBe('machine');
    expect(run.state).toBe('finished');
    expect(run.text).toBe('all of it');
  });

  it('keeps what it found when it is cancelled, and takes nothing more', () => {
    judged(result('link', 'ok'));
    run.stop();
    expect(commands()).toContain('stop_doctor');
    judged(result('address', 'failed', 'late'));
    expect(run.state).toBe('cancelled');
    expect(run.judged).toBe(1);
    expect(run.culprit).toBeNull();
  });

  it('stops the one before when it begins again', async () => {
    judged(result('link', 'failed', 'x'));
    await run.start(ROOM, true);
    expect(commands()).toEqual(['start_doctor', 'stop_doctor', 'start_doctor']);
    expect(run.judged).toBe(0);
    expect(run.culprit).toBeNull();
  });

  it('loses nothing that comes before it is known what is tested', async () => {
    let answer: (target: DoctorTarget) => void = () => undefined;
    vi.spyOn(backend, 'call').mockReturnValue(
      new Promise<DoctorTarget>((resolve) => {
        answer = resolve;
      }),
    );
    const early = new DoctorRun(new App(backend));
    const begun = early.start({ input: null, profile: 'Clinic', record: 'P-17' }, false);
    await vi.waitFor(() => {
      expect(vi.mocked(backend.call)).toHaveBeenCalledWith('start_doctor', {
        input: null,
        profile: 'Clinic',
        record: 'P-17',
        microphone: false,
      });
    });
    judged(result('tls', 'warning', 'Soon expired.'));
    judged(result('endpoint', 'failed', 'Elsewhere.'));
    answer({ kind: 'record', name: 'P-17', site: 'c.example', rungs: [...RUNGS.record] });
    await begun;
    expect(early.judged).toBe(2);
    expect(early.remarks).toEqual([{ rung: 'tls', what: 'Soon expired.' }]);
    expect(early.culprit?.rung).toBe('endpoint');
  });

  it('shows what it found although it was given up before the answer', async () => {
    let answer: (target: DoctorTarget) => void = () => undefined;
    const started = new Promise<DoctorTarget>((resolve) => {
      answer = resolve;
    });
    const early = new DoctorRun(new App(backend));
    vi.spyOn(backend, 'call').mockReturnValue(started);
    const begun = early.start(ROOM, false);
    await vi.waitFor(() => {
      expect(vi.mocked(backend.call)).toHaveBeenCalled();
    });
    judged(result('link', 'ok'));
    early.stop();
    answer({ kind: 'call', name: 'bao-123', site: 'jbcalling.site', rungs: [...RUNGS.call] });
    await begun;
    expect(early.state).toBe('cancelled');
    expect(early.judged).toBe(1);
  });

  it('tells why it could not begin', async () => {
    vi.spyOn(backend, 'call').mockRejectedValue(error('doctor.failed', 'No.'));
    await run.start(ROOM, false);
    expect(run.state).toBe('refused');
    expect(run.error?.code).toBe('doctor.failed');
  });
});

describe('a call to be tested', () => {
  it('is the latest room where no other was named', async () => {
    const backend = new ScriptedBackend({});
    const app = new App(backend);
    await app.start();
    app.test('  ', false);
    expect(app.doctor.input).toBe(app.settings.recents[0]?.link);
    app.test(' abc ', true);
    expect(app.doctor).toEqual({ input: 'abc', profile: null, record: null, begin: true });
    app.endTest();
    expect(app.screen).toBe('home');
  });
});
