// The other participant of the interop tests: what the web client does, audio only, with
// what a test wants to know reported through window.report.
import { Device } from 'mediasoup-client';
import { io } from 'socket.io-client';
import { Ear } from './ear.js';

const options = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const report = (event, details = {}) =>
  window.report({ event, ms: performance.now(), ...details });

let socket;
let device;
let sendTransport;
let recvTransport;
let producer;
const names = new Map(); // participant id -> name
const consumers = new Map(); // producer id -> {consumer, participantId}
const queued = [];
const ear = new Ear((participantId) => report('audible', { participantId, name: names.get(participantId) }));

async function request(name, ...data) {
  const answer = await socket.timeout(30_000).emitWithAck(name, ...data);
  const error = answer?.error;
  if (error) throw new Error(`${name}: ${error.details ?? error.message ?? error}`);
  return answer;
}

async function createTransport(direction) {
  const producing = direction === 'send';
  const parameters = await request('create-webrtc-transport', { producing, consuming: !producing });
  const create = producing ? 'createSendTransport' : 'createRecvTransport';
  const transport = device[create]({
    ...parameters,
    iceServers: options.iceServers,
    iceTransportPolicy: options.relayOnly ? 'relay' : 'all',
  });
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    request('connect-webrtc-transport', { transportId: transport.id, dtlsParameters }).then(done, failed);
  });
  transport.on('produce', ({ kind, rtpParameters }, done, failed) => {
    request('produce', { transportId: transport.id, kind, rtpParameters })
      .then(({ producerId }) => done({ id: producerId }), failed);
  });
  transport.on('connectionstatechange', (state) => report('transport', { direction, state }));
  return transport;
}

async function consume({ producerId, participantId, kind }) {
  if (kind !== 'audio' || consumers.has(producerId)) return;
  if (!recvTransport) {
    queued.push({ producerId, participantId, kind });
    return;
  }
  consumers.set(producerId, undefined);
  const parameters = await request('consume', {
    producerId,
    rtpCapabilities: device.rtpCapabilities,
  });
  const consumer = await recvTransport.consume(parameters);
  consumers.set(producerId, { consumer, participantId });
  ear.listen(participantId, consumer.track);
  await request('resume-consumer', { consumerId: consumer.id });
  report('consuming', { participantId, name: names.get(participantId) });
}

function forget(producerId) {
  const entry = consumers.get(producerId);
  consumers.delete(producerId);
  if (!entry) return;
  entry.consumer.close();
  ear.forget(entry.participantId);
}

function listen() {
  socket.on('participant-joined', ({ id, name }) => {
    names.set(id, name);
    report('participant-joined', { participantId: id, name });
  });
  socket.on('participant-left', ({ participantId }) => {
    for (const [producerId, entry] of consumers) {
      if (entry?.participantId === participantId) forget(producerId);
    }
    report('participant-left', { participantId, name: names.get(participantId) });
  });
  socket.on('new-producer', (data) => consume(data).catch(failed));
  socket.on('producer-closed', ({ producerId }) => forget(producerId));
  socket.on('chat-message', ({ sender, text }) => report('chat', { sender, text }));
}

const failed = (error) => report('failed', { error: String(error?.stack ?? error) });

const openMicrophone = () =>
  navigator.mediaDevices.getUserMedia({
    audio: {
      echoCancellation: options.processing,
      noiseSuppression: options.processing,
      autoGainControl: options.processing,
      channelCount: 1,
    },
  });

// Leaves and joins again by itself when the gateway comes back, as the web client does.
async function enter() {
  consumers.clear();
  sendTransport = recvTransport = producer = undefined;
  const joined = await request('join-room', {
    roomId: options.room,
    name: options.name,
    sourceLanguage: options.language,
    targetLanguage: options.language,
  });
  for (const { id, name } of joined.participants) names.set(id, name);
  report('joined', { participants: joined.participants.map(({ name }) => name) });
  device = new Device();
  await device.load({ routerRtpCapabilities: joined.rtpCapabilities });
  const [send, receive] = await Promise.all([
    options.microphone ? createTransport('send') : undefined,
    createTransport('recv'),
  ]);
  sendTransport = send;
  recvTransport = receive;
  const present = joined.participants.flatMap(({ id, producers }) =>
    producers.map((p) => ({ producerId: p.id, kind: p.kind, participantId: id })),
  );
  const consuming = [...present, ...queued.splice(0)].map((p) => consume(p).catch(failed));
  if (sendTransport) {
    const track = (await microphone).getAudioTracks()[0].clone();
    producer = await sendTransport.produce({ track, codecOptions: { opusDtx: false } });
    report('producing', { producerId: producer.id });
  }
  await Promise.all(consuming);
}

async function inbound() {
  if (!recvTransport) return { remotes: [] };
  const remotes = [];
  for (const { consumer, participantId } of [...consumers.values()].filter(Boolean)) {
    const stats = await consumer.getStats();
    for (const row of stats.values()) {
      if (row.type !== 'inbound-rtp') continue;
      remotes.push({
        participantId,
        name: names.get(participantId),
        packets: row.packetsReceived,
        energy: row.totalAudioEnergy ?? 0,
        concealed: row.concealedSamples,
        ...ear.hear(participantId),
      });
    }
  }
  return { remotes };
}

async function path() {
  const transport = recvTransport ?? sendTransport;
  const stats = await transport.getStats();
  const rows = [...stats.values()];
  const pair = rows.find((row) => row.type === 'candidate-pair' && row.nominated && row.state === 'succeeded');
  if (!pair) return {};
  const local = stats.get(pair.localCandidateId);
  return { protocol: local?.relayProtocol ?? local?.protocol, route: local?.candidateType };
}

window.peer = {
  chat: (text) => {
    socket.emit('chat-message', { sender: options.name, text, timestamp: Date.now() });
  },
  // Only the producer is paused: the web client's track stays live.
  mute: () => request('pause-producer', { producerId: producer.id }),
  unmute: () => request('resume-producer', { producerId: producer.id }),
  leave: async () => {
    await request('leave-room');
    sendTransport?.close();
    recvTransport?.close();
    socket.disconnect();
  },
  inbound,
  path,
};

const microphone = options.microphone ? openMicrophone() : undefined;
await ear.ready;
socket = io(options.gateway, {
  transports: ['websocket'],
  reconnectionDelay: 1000,
  reconnectionDelayMax: 2000,
});
listen();
socket.on('connected', () => {
  report('connected');
  enter().catch(failed);
});
socket.on('disconnect', (reason) => report('disconnected', { reason }));
