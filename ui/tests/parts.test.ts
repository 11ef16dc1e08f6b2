import { describe, expect, it } from 'vitest';
import { hueOf, initialsOf } from '../src/parts/avatar';
import { pieces } from '../src/parts/links';
import { isRelayAddress, isServerAddress } from '../src/screens/settings/addresses';

const links = (text: string) =>
  pieces(text).flatMap((piece) => (piece.kind === 'link' ? [piece.url] : []));
const whole = (text: string) =>
  pieces(text)
    .map((piece) => (piece.kind === 'link' ? piece.url : piece.text))
    .join('');

describe('links in a message', () => {
  it('are found between words, without the punctuation after them', () => {
    expect(links('See https://a.example/x, or (http://b.example/y_(z)).')).toEqual([
      'https://a.example/x',
      'http://b.example/y_(z)',
    ]);
  });

  it('are nothing but http and https', () => {
    for (const text of [
      'javascript:alert(1)',
      'data:text/html,hi',
      'file:///etc/passwd',
      'jbcall://x/room/y',
      'https://',
      'xhttps://a.example',
    ]) {
      expect(links(text)).toEqual([]);
      expect(whole(text)).toBe(text);
    }
  });

  it('show a look-alike host as what it is', () => {
    // The first letter is Cyrillic.
    expect(links('https://аpple.example/')).toEqual(['https://xn--pple-43d.example/']);
  });

  it('are refused with a user name that looks like a host', () => {
    expect(links('https://bank.example@evil.example/')).toEqual([]);
  });

  it('keep every other character of the message', () => {
    const text = 'a <b>x</b> https://a.example/ & "c"\n\nd';
    expect(whole(text)).toBe(text);
  });
});

describe('initials', () => {
  it.each([
    ['Ann', 'A'],
    ['Nguyễn Thị Minh Khai', 'NK'],
    ['đặng thùy trâm', 'ĐT'],
    ['  Guest   1 ', 'G1'],
    ['(Bob) [Smith]', 'BS'],
    ['', '?'],
    ['   ', '?'],
    ['👩‍👩‍👧 family', '👩‍👩‍👧F'],
  ])('of %j are %j', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });

  it('get the same colour whatever form the letters come in', () => {
    expect(hueOf('Bảo'.normalize('NFD'))).toBe(hueOf('Bảo'.normalize('NFC')));
  });

  it('use most of the colours', () => {
    const hues = new Set(Array.from({ length: 100 }, (_, n) => hueOf(`Guest ${String(n)}`)));
    expect(hues.size).toBeGreaterThan(8);
  });
});

describe('addresses in the settings', () => {
  it.each(['https://gateway.example', 'http://127.0.0.1:3000', 'https://[::1]:3000/'])(
    '%s can be a gateway',
    (address) => {
      expect(isServerAddress(address)).toBe(true);
    },
  );

  it.each(['gateway.example', 'ftp://x', 'https://', 'https:// x', 'javascript:alert(1)'])(
    '%s cannot be a gateway',
    (address) => {
      expect(isServerAddress(address)).toBe(false);
    },
  );

  it.each(['turn:relay.example', 'turns:relay.example:5349?transport=tcp', 'stun:[::1]:3478'])(
    '%s can be a relay',
    (address) => {
      expect(isRelayAddress(address)).toBe(true);
    },
  );

  it.each(['relay.example', 'turn://relay.example', 'turn:', 'turn:x?transport=quic'])(
    '%s cannot be a relay',
    (address) => {
      expect(isRelayAddress(address)).toBe(false);
    },
  );
});
