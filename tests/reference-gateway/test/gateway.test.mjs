// The reference gateway against what was recorded from the production one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import readline from 'node:readline';
import { test } from 'node:test';
import { io } from 'socket.io-client';
import { effectiveRoomId } from '../src/room-id.mjs';
import { Utterances } from '../src/utterances.mjs';

const fixture = (name) =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf-8'));
const server = new URL('../src/server.mjs', import.meta.url).pathname;

async function gateway(t, ...args) {
  const child = spawn(process.execPath, [server, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const lines = readline.createInterface({ input: child.stdout });
  const reported = [];
  lines.on('line', (line) => reported.push(JSON.parse(line)));
  const [first] = await once(lines, 'line');
  const { url } = JSON.parse(first);
  const connect = async (options = {}) => {
    const socket = io(url, { transports: ['websocket'], forceNew: true, ...options });
    t.after(() => socket.disconnect());
    const [greeting] = await once(socket, 'connected');
    assert.equal(greeting.socketId, socket.id);
    return socket;
  };
  return { child, url, connect, reported };
}

const join = (socket, roomId, name, extra = {}) =>
  socket.emitWithAck('join-room', { roomId, name, ...extra });

const opus = (ssrc) => ({
  mid: '0',
  codecs: [
    {
      mimeType: 'audio/opus',
      payloadType: 111,
      clockRate: 48000,
      channels: 2,
      parameters: { minptime: 10, useinbandfec: 1 },
      rtcpFeedback: [{ type: 'transport-cc', parameter: '' }],
    },
  ],
  headerExtensions: [],
  encodings: [{ ssrc, dtx: false }],
  rtcp: { cname: 'test', reducedSize: true },
});

test('room ids are rewritten as recorded', () => {
  for (const { id, room } of fixture('room-id-vectors.json')) {
    assert.equal(effectiveRoomId(id), room);
  }
});

test('handshake and capabilities equal the recorded ones', async (t) => {
  const { url, connect } = await gateway(t);
  const answer = await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text();
  const open = JSON.parse(answer.slice(1));
  assert.equal(open.pingInterval, 10000);
  assert.equal(open.pingTimeout, 20000);
  assert.equal(open.maxPayload, 1000000);

  const alice = await connect();
  const joined = await join(alice, 'dXNlcl8xX3VzZXJfMg==', 'alice');
  assert.equal(joined.success, true);
  assert.equal(joined.roomId, 'user_1_user_2');
  assert.match(joined.participantId, /^participant_\d+_[0-9a-z]{9}$/);
  assert.deepEqual(joined.participants, []);
  assert.deepEqual(joined.rtpCapabilities, fixture('router-rtp-capabilities.json'));
});

test('a call: produce, announce, consume, pause, leave', async (t) => {
  const { url, connect } = await gateway(t);
  const [alice, bob] = [await connect(), await connect()];
  const asAlice = await join(alice, 'r1', 'alice', { sourceLanguage: 'vi', targetLanguage: 'vi' });
  const seen = once(alice, 'participant-joined');
  const asBob = await join(bob, 'r1', 'bob');
  assert.deepEqual(asBob.participants.map((p) => p.name), ['alice']);
  const [joinedEvent] = await seen;
  assert.deepEqual(Object.keys(joinedEvent), ['id', 'name', 'joinedAt', 'producers']);
  assert.equal(joinedEvent.id, asBob.participantId);

  const send = await alice.emitWithAck('create-webrtc-transport', { producing: true });
  assert.deepEqual(Object.keys(send), ['id', 'iceParameters', 'iceCandidates', 'dtlsParameters']);
  assert.deepEqual(send.iceCandidates.map((c) => c.protocol), ['udp', 'tcp']);
  const announced = once(bob, 'new-producer');
  const produced = await alice.emitWithAck('produce', {
    transportId: send.id,
    kind: 'audio',
    rtpParameters: opus(1111),
  });
  const [announcement] = await announced;
  assert.deepEqual(announcement, {
    producerId: produced.producerId,
    participantId: asAlice.participantId,
    kind: 'audio',
  });

  const early = await bob.emitWithAck('consume', {
    producerId: produced.producerId,
    rtpCapabilities: asBob.rtpCapabilities,
  });
  assert.equal(early.error.details, 'Participant or recv transport not found');
  await bob.emitWithAck('create-webrtc-transport', { producing: false, consuming: true });
  const consumed = await bob.emitWithAck('consume', {
    producerId: produced.producerId,
    rtpCapabilities: asBob.rtpCapabilities,
  });
  assert.deepEqual(Object.keys(consumed), ['id', 'producerId', 'kind', 'rtpParameters']);
  assert.equal(consumed.rtpParameters.codecs[0].payloadType, 100);
  await bob.emitWithAck('resume-consumer', { consumerId: consumed.id });
  await alice.emitWithAck('pause-producer', { producerId: produced.producerId });

  const health = await (await fetch(`${url}/health`)).json();
  assert.equal(health.status, 'healthy');
  assert.deepEqual(health.rooms.rooms.map((r) => r.participantCount), [2]);
  assert.equal(health.audioStreaming.streams[0].participantId, asAlice.participantId);

  const left = once(bob, 'participant-left');
  await alice.emitWithAck('leave-room');
  assert.deepEqual((await left)[0], { participantId: asAlice.participantId });
});

test('errors keep their five shapes', async (t) => {
  const { connect } = await gateway(t);
  const socket = await connect();
  const ask = (name, data) => socket.emitWithAck(name, data);
  const sha = { role: 'client', fingerprints: [{ algorithm: 'md5', value: 'zz' }] };

  assert.deepEqual(await ask('connect-webrtc-transport', { transportId: 'x', dtlsParameters: sha }), {
    error: 'Participant not in room',
  });
  assert.deepEqual(await ask('create-webrtc-transport', { producing: true }), {
    error: {
      code: 'ERR_CREATE_TRANSPORT',
      message: 'Không thể tạo transport',
      details: 'Participant not in room',
    },
  });
  assert.deepEqual(await ask('pause-producer', { producerId: 'x' }), {
    error: { message: 'Participant not in room' },
  });
  assert.equal(await ask('resume-consumer', { consumerId: 'x' }), undefined);
  const missing = { code: 'ERR_INVALID_INPUT', message: 'roomId và name là bắt buộc' };
  assert.deepEqual(await ask('join-room', { roomId: 'abc' }), { success: false, error: missing });
  const nothing = await ask('join-room', null);
  assert.equal(nothing.error.code, 'ERR_JOIN_ROOM');
  const event = once(socket, 'error');
  socket.emit('get-router-rtp-capabilities', {}, () => assert.fail('must not be acked'));
  assert.equal((await event)[0].code, 'ERR_GET_RTP_CAPABILITIES');

  const { rtpCapabilities } = await join(socket, 'abc', 'x');
  const { id } = await ask('create-webrtc-transport', { producing: true });
  assert.deepEqual(await ask('connect-webrtc-transport', { transportId: id, dtlsParameters: sha }), {
    error: 'invalid FingerprintAlgorithm: md5',
  });
  const bad = await ask('produce', { transportId: id, kind: 'video', rtpParameters: {} });
  assert.equal(bad.error.details, 'missing params.codecs');
  await ask('create-webrtc-transport', { producing: false });
  const unknown = await ask('consume', { producerId: 'nope', rtpCapabilities });
  assert.equal(unknown.error.details, 'Cannot consume producer with given RTP capabilities');
});

test('two first joiners race', async (t) => {
  const { connect } = await gateway(t);
  const [a, b] = [await connect(), await connect()];
  const results = await Promise.all([join(a, 'race', 'a'), join(b, 'race', 'b')]);
  const [failed] = results.filter((r) => !r.success);
  assert.equal(failed.error.code, 'ERR_JOIN_ROOM');
  assert.equal(failed.error.details, 'Room race already exists');
});

test('a failing audio tap leaves a live, unannounced producer', async (t) => {
  const { connect } = await gateway(t, '--tap-fails');
  const [alice, bob] = [await connect(), await connect()];
  await join(alice, 'r', 'alice');
  const { id } = await alice.emitWithAck('create-webrtc-transport', { producing: true });
  const request = { transportId: id, kind: 'audio', rtpParameters: opus(777) };
  const first = await alice.emitWithAck('produce', request);
  assert.match(first.error.details, /createPlainTransport/);
  const again = await alice.emitWithAck('produce', request);
  assert.match(again.error.details, /^ssrc already exists in RTP listener/);
  const { participants } = await join(bob, 'r', 'bob');
  assert.equal(participants[0].producers.length, 1);
});

test('captions come twice, own ones included, translations without text', async (t) => {
  const { child, connect } = await gateway(t);
  const [alice, bob] = [await connect(), await connect()];
  await join(alice, 'c', 'alice', { sourceLanguage: 'vi', targetLanguage: 'vi' });
  await join(bob, 'c', 'bob', { sourceLanguage: 'en', targetLanguage: 'en' });
  const own = once(alice, 'gateway-caption');
  const legacy = once(bob, 'transcription');
  const translated = once(bob, 'translation');
  child.stdin.write('{"caption":{"room":"c","name":"alice","text":"xin chào"}}\n');
  assert.equal((await own)[0].seq, 1);
  assert.equal((await legacy)[0].text, 'xin chào');
  assert.equal('translatedText' in (await translated)[0], false);
});

test('a request without its ack stops the gateway', async (t) => {
  const { child, connect, reported } = await gateway(t, '--on-violation', 'drain');
  const [alice, bob] = [await connect(), await connect()];
  alice.emit('create-webrtc-transport', { producing: true });
  const kept = await join(bob, 'still-served', 'bob');
  assert.equal(kept.success, true);
  const exited = once(child, 'exit');
  alice.disconnect();
  bob.disconnect();
  assert.equal((await exited)[0], 70);
  const [violation] = reported.filter((line) => line.event === 'violation');
  assert.equal(violation.request, 'create-webrtc-transport');
});

// A packet as a sender makes it: 20 ms, its loudness in a one-byte extension.
const packet = (number, level, size = 40) => {
  const head = Buffer.alloc(20);
  head[0] = 0x90;
  head[1] = 111;
  head.writeUInt16BE(number, 2);
  head.writeUInt32BE((0xfffff000 + number * 960) >>> 0, 4); // wraps on the way
  head.writeUInt16BE(0xbede, 12);
  head.writeUInt16BE(1, 14);
  head[16] = 10 << 4;
  head[17] = level;
  return Buffer.concat([head, Buffer.alloc(size, 7)]);
};

test('an utterance ends with a pause that arrives, and chirps are none', () => {
  const uri = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
  const consumer = { rtpParameters: { headerExtensions: [{ uri, id: 10 }] } };
  const heard = [];
  const utterances = new Utterances(consumer, ({ ms }) => heard.push(ms));
  let number = 0;
  const send = (frames, level, size) => {
    for (let i = 0; i < frames; i += 1) utterances.packet(packet(number++, level, size));
  };
  send(100, 20); // 2 s of speech with a short pause in it
  send(10, 90);
  send(50, 25);
  send(30, 90, 3); // too short to be decoded: no pause
  assert.deepEqual(heard, []);
  send(30, 90);
  assert.deepEqual(heard, [3180]);
  for (let chirp = 0; chirp < 5; chirp += 1) {
    send(10, 15);
    send(25, 110);
  }
  assert.equal(heard.length, 1);
});
