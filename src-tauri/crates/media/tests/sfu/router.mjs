// A mediasoup router for the tests of the media crate. Commands come as JSON lines on stdin
// ({id, method, params}) and are answered as JSON lines on stdout ({id, result} or {id, error}).
// It ends with its stdin.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The packages of the interop tests serve these too.
const manifest = new URL('../../../../../tests/package.json', import.meta.url);
const require = createRequire(manifest);
const version = require(fileURLToPath(manifest)).dependencies.mediasoup;
const cache = process.env.JBCALL_CACHE || join(homedir(), '.cache', 'jbcall');
const cached = join(cache, 'worker', `mediasoup-worker-${version}`);
if (!process.env.MEDIASOUP_WORKER_BIN && existsSync(cached)) {
  process.env.MEDIASOUP_WORKER_BIN = cached;
}
const mediasoup = require('mediasoup');

const worker = await mediasoup.createWorker({ logLevel: 'error' });
const router = await worker.createRouter({
  mediaCodecs: [
    {
      kind: 'audio',
      mimeType: 'audio/opus',
      clockRate: 48000,
      channels: 2,
      parameters: { minptime: 20, useinbandfec: 1 },
    },
    { kind: 'video', mimeType: 'video/VP8', clockRate: 90000 },
  ],
});
const transports = new Map();
const producers = new Map();
const consumers = new Map();

const methods = {
  capabilities: () => router.rtpCapabilities,

  async transport({ ip = '127.0.0.1', udp = true, tcp = true }) {
    const transport = await router.createWebRtcTransport({
      listenInfos: [
        ...(udp ? [{ protocol: 'udp', ip }] : []),
        ...(tcp ? [{ protocol: 'tcp', ip }] : []),
      ],
      enableUdp: udp,
      enableTcp: tcp,
      preferUdp: true,
      initialAvailableOutgoingBitrate: 1_000_000,
    });
    transports.set(transport.id, transport);
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters };
  },

  connect: ({ transport, dtlsParameters }) => transports.get(transport).connect({ dtlsParameters }),

  async restartIce({ transport }) {
    return transports.get(transport).restartIce();
  },

  async produce({ transport, kind, rtpParameters }) {
    const producer = await transports.get(transport).produce({ kind, rtpParameters });
    producers.set(producer.id, producer);
    return producer.id;
  },

  async consume({ transport, producer: producerId, rtpCapabilities }) {
    const consumer = await transports
      .get(transport)
      .consume({ producerId, rtpCapabilities, paused: true });
    consumers.set(consumer.id, consumer);
    const { id, kind, rtpParameters } = consumer;
    return { id, producerId, kind, rtpParameters };
  },

  // A picture every 20 ms that is nothing but a VP8 key frame's header.
  async produceVideo() {
    const transport = await router.createDirectTransport();
    const [codec, ssrc] = [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90000 }, 77];
    const rtpParameters = { codecs: [codec], encodings: [{ ssrc }] };
    const producer = await transport.produce({ kind: 'video', rtpParameters });
    const keyFrame = [0x90, 0x80, 0x01, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 16, 0, 16, 0, 1, 2, 3];
    let sequence = 0;
    const timer = setInterval(() => {
      const packet = Buffer.alloc(12 + keyFrame.length);
      packet.set([0x80, 0x80 | 101]);
      packet.writeUInt16BE(sequence % 65536, 2);
      packet.writeUInt32BE(sequence * 1800, 4);
      packet.writeUInt32BE(ssrc, 8);
      packet.set(keyFrame, 12);
      sequence += 1;
      producer.send(packet);
    }, 20);
    producer.observer.once('close', () => clearInterval(timer));
    producers.set(producer.id, producer);
    return producer.id;
  },

  resume: ({ consumer }) => consumers.get(consumer).resume(),
  pause: ({ consumer }) => consumers.get(consumer).pause(),
  closeConsumer: ({ consumer }) => consumers.get(consumer).close(),
  closeProducer: ({ producer }) => producers.get(producer).close(),
  closeTransport: ({ transport }) => transports.get(transport).close(),

  producerStats: ({ producer }) => producers.get(producer).getStats(),
  consumerStats: ({ consumer }) => consumers.get(consumer).getStats(),
  async transportState({ transport }) {
    const { iceState, dtlsState, iceSelectedTuple } = transports.get(transport);
    return { iceState, dtlsState, protocol: iceSelectedTuple?.protocol };
  },
};

console.log(JSON.stringify({ ready: true, worker: worker.pid }));
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params = {} } = JSON.parse(line);
  // Side by side, as the gateway handles requests.
  Promise.resolve()
    .then(() => methods[method](params))
    .then((result) => console.log(JSON.stringify({ id, result: result ?? null })))
    .catch((error) => console.log(JSON.stringify({ id, error: String(error.message ?? error) })));
}
worker.close();
process.exit(0);
