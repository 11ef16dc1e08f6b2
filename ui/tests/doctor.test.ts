import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../src/app/app.svelte';
import { RUNGS, type DoctorResult, type Rung, type Verdict } from '../src/backend/doctor';
import { ScriptedBackend } from '../src/backend/scripted';
import { error } from '../src/backend/scenes/scene';
import { LADDER } from '../src/doctor/ladder';
import { DoctorRun } from '../src/doctor/run.svelte';

const LINK = 'https://jbcalling.site/room/bao-123';

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
  it('has the rungs of a call, in the order of the doctor', () => {
    const source = readFileSync(
      join(import.meta.dirname, '../../src-tauri/crates/fieldtest/src/rung.rs'),
      'utf8',
    );
    const all = /const CALL[^=]*=\s*\[([^\]]*)\]/.exec(source)?.[1] ?? '';
    const names = [...all.matchAll(/Self::(\w+)/g)].map((match) => match[1]?.toLowerCase());
    expect(names).toEqual([...RUNGS]);
  });

  it('shows every rung once', () => {
    expect(LADDER.flatMap(({ rungs }) => rungs)).toEqual([...RUNGS]);
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
    await run.start(LINK, false);
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
    await run.start(LINK, true);
    expect(commands()).toEqual(['start_doctor', 'stop_doctor', 'start_doctor']);
    expect(run.judged).toBe(0);
    expect(run.culprit).toBeNull();
  });

  it('tells why it could not begin', async () => {
    vi.spyOn(backend, 'call').mockRejectedValue(error('doctor.failed', 'No.'));
    await run.start(LINK, false);
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
    expect(app.doctor.link).toBe(app.settings.recents[0]?.link);
    app.test(' abc ', true);
    expect(app.doctor).toEqual({ link: 'abc', begin: true });
    app.endTest();
    expect(app.screen).toBe('home');
  });
});
