import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectionView } from '../src/backend/bindings/ConnectionView';
import type { MicrophoneView } from '../src/backend/bindings/MicrophoneView';
import { call } from '../src/backend/scenes/scene';
import { message, people } from '../src/backend/scenes/people';
import { grouped } from '../src/call/chat';
import { layoutFor, startOf } from '../src/call/layout';
import { shareOf } from '../src/call/levels';
import { pathWords, stateSentence } from '../src/call/sentences';
import { callShortcuts } from '../src/call/shortcuts';

describe('the grid', () => {
  it.each([
    [1, 1000, 600, 1, 1],
    [2, 1000, 600, 2, 1],
    [2, 360, 480, 1, 2],
    [3, 1000, 600, 2, 2],
    [4, 1000, 600, 2, 2],
    [9, 1000, 600, 3, 3],
    [16, 1000, 600, 4, 4],
    [16, 1920, 960, 4, 4],
  ])('of %i tiles in %i by %i has %i columns and %i rows', (count, width, height, columns, rows) => {
    expect(layoutFor(count, width, height, 8)).toEqual({ columns, rows });
  });

  it('has a place for every tile and no empty row or column, whatever the size', () => {
    for (let count = 1; count <= 16; count += 1) {
      for (const [width, height] of [
        [360, 300],
        [1000, 600],
        [1920, 200],
        [200, 1920],
        [0, 0],
      ] as const) {
        const { columns, rows } = layoutFor(count, width, height, 8);
        expect(columns * rows).toBeGreaterThanOrEqual(count);
        expect(columns * (rows - 1)).toBeLessThan(count);
        expect(Math.ceil(count / rows)).toBe(columns);
      }
    }
  });

  it('puts a last row that is not full in the middle', () => {
    expect([0, 1, 2].map((index) => startOf(index, 3, 2))).toEqual([1, 3, 2]);
    expect([0, 1, 2, 3, 4].map((index) => startOf(index, 5, 3))).toEqual([1, 3, 5, 2, 4]);
  });
});

describe('the sentence of a state', () => {
  const sentence = (connection: ConnectionView, microphone?: MicrophoneView, others = 1) =>
    stateSentence(
      call({
        connection,
        participants: people(others),
        me: { ...call().me, ...(microphone && { microphone }) },
      }),
    );
  const muted: MicrophoneView = { state: 'muted', device: 'm' };

  it('names the gateway while connecting', () => {
    expect(sentence({ state: 'connecting' }).text).toBe('Connecting to webrtc.jbcalling.site');
  });

  it('counts the tries', () => {
    const connection: ConnectionView = {
      state: 'reconnecting',
      cause: 'media',
      attempt: 3,
      retryInMs: 0,
      lostForMs: 1,
    };
    expect(sentence(connection)).toEqual({
      text: 'Connection lost, trying again (3)',
      tone: 'attention',
    });
  });

  it('says that nobody hears a muted microphone, where there is somebody', () => {
    expect(sentence({ state: 'connected' }, muted).text).toContain('Nobody hears you');
    expect(sentence({ state: 'connected' }, muted, 0).text).toContain('Waiting for others');
  });

  it('says so without a microphone, and while it is being connected', () => {
    expect(sentence({ state: 'connected' }, { state: 'unavailable', error: null }).tone).toBe(
      'attention',
    );
    const live: MicrophoneView = { state: 'live', device: 'm', delivered: false };
    expect(sentence({ state: 'connected' }, live).tone).toBe('busy');
  });

  it('tells the way that the sound takes', () => {
    expect(pathWords({ protocol: 'udp', route: 'relay', ipVersion: 4 }).short).toBe(
      'Through a relay, UDP',
    );
    expect(pathWords({ protocol: 'tcp', route: 'direct', ipVersion: 6 }).long).toContain('IPv6');
  });
});

describe('a chat', () => {
  it('is grouped by sender and breath', () => {
    const groups = grouped([
      message('Ann', 'a', 0),
      message('Ann', 'b', 1),
      message('Bob', 'c', 2),
      message('Ann', 'd', 3),
      message('Ann', 'e', 20),
    ]);
    expect(groups.map((group) => group.messages.map(({ text }) => text).join(''))).toEqual([
      'ab',
      'c',
      'd',
      'e',
    ]);
  });

  it('keeps one’s own apart from a namesake’s', () => {
    expect(grouped([message('Ann', 'a', 0), message('Ann', 'b', 0, { mine: true })])).toHaveLength(2);
  });
});

describe('a level', () => {
  it.each([
    [-127, 0],
    [-60, 0],
    [-30, 0.5],
    [0, 1],
    [6, 1],
    [Number.NaN, 0],
    [undefined, 0],
  ])('of %s dBFS shows as %s', (level, share) => {
    expect(shareOf(level)).toBe(share);
  });
});

describe('the keys of a call', () => {
  let muted = true;
  const actions = {
    muted: () => muted,
    mute: vi.fn(() => {
      muted = true;
    }),
    unmute: vi.fn(() => {
      muted = false;
    }),
    toggleChat: vi.fn(),
    togglePeople: vi.fn(),
    toggleStats: vi.fn(),
    toggleRecord: vi.fn(),
    closePanel: vi.fn(),
  };
  const press = (type: 'keydown' | 'keyup', init: KeyboardEventInit, target: Element = document.body) =>
    target.dispatchEvent(new KeyboardEvent(type, { bubbles: true, cancelable: true, ...init }));
  const space = { key: ' ', code: 'Space' };

  beforeEach(() => {
    muted = true;
    vi.clearAllMocks();
    document.body.replaceChildren();
    const remove = callShortcuts(window, actions);
    return remove;
  });

  it('talk while Space is held', () => {
    press('keydown', space);
    press('keydown', { ...space, repeat: true });
    expect(muted).toBe(false);
    expect(actions.unmute).toHaveBeenCalledOnce();
    press('keyup', space);
    expect(muted).toBe(true);
  });

  it('mute when the window loses the keyboard while Space is held', () => {
    press('keydown', space);
    window.dispatchEvent(new Event('blur'));
    expect(muted).toBe(true);
  });

  it('leave a live microphone alone when Space is pressed', () => {
    muted = false;
    press('keydown', space);
    press('keyup', space);
    expect(actions.mute).not.toHaveBeenCalled();
  });

  it('do nothing while somebody types or presses a button', () => {
    const field = document.createElement('textarea');
    const button = document.createElement('button');
    document.body.append(field, button);
    press('keydown', { key: 'm' }, field);
    press('keydown', space, field);
    press('keydown', space, button);
    press('keydown', { key: 'm', ctrlKey: true });
    expect(actions.unmute).not.toHaveBeenCalled();
    press('keydown', { key: 'm' }, button);
    expect(actions.unmute).toHaveBeenCalledOnce();
  });

  it('open the statistics', () => {
    press('keydown', { key: 's' });
    expect(actions.toggleStats).toHaveBeenCalledOnce();
  });

  it('open the record, and leave the keys that choose in it alone', () => {
    press('keydown', { key: 'r' });
    expect(actions.toggleRecord).toHaveBeenCalledOnce();
    press('keydown', { key: 'm', altKey: true });
    expect(actions.unmute).not.toHaveBeenCalled();
  });

  it('close a panel from inside its field', () => {
    const field = document.createElement('textarea');
    document.body.append(field);
    press('keydown', { key: 'Escape' }, field);
    expect(actions.closePanel).toHaveBeenCalledOnce();
  });
});
