import dgram from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Utterances } from './utterances.mjs';

// The gateway's tap on every microphone: a copy of the RTP on a local port. `hear` gets each
// utterance; without a recogniser captions are made on command.
export class Speech {
  constructor(options) {
    this.options = options;
    this.hear = () => {};
    this.streams = new Map(); // participant id -> stream
  }

  // Telling the speech service takes as long as it wants.
  async tell() {
    if (this.options.speechDelay > 0) await sleep(this.options.speechDelay);
  }

  async start(router, participantId, producer) {
    if (this.options.tapFails) {
      throw new Error(
        "no more available ports [protocol:udp, ip:'127.0.0.1', numAttempt:3] [method:router.createPlainTransport]",
      );
    }
    const socket = dgram.createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    let transport;
    let utterances;
    try {
      transport = await router.createPlainTransport({
        listenIp: '127.0.0.1',
        rtcpMux: true,
        comedia: false,
      });
      await transport.connect({ ip: '127.0.0.1', port: socket.address().port });
      const consumer = await transport.consume({
        producerId: producer.id,
        rtpCapabilities: router.rtpCapabilities,
        paused: true,
      });
      utterances = new Utterances(consumer, (utterance) => this.hear(participantId, utterance));
      await this.tell();
      await consumer.resume();
    } catch (error) {
      socket.close();
      transport?.close();
      throw error;
    }
    const stream = {
      producerId: producer.id,
      packets: 0,
      lastProcessedAt: Date.now(),
      close() {
        transport.close();
        socket.close();
      },
    };
    socket.on('message', (packet) => {
      const payloadType = packet[1] & 0x7f;
      if (payloadType >= 72 && payloadType <= 76) return; // RTCP
      if (this.options.tapDeaf) return;
      stream.packets += 1;
      stream.lastProcessedAt = Date.now();
      utterances.packet(packet);
    });
    // Kept per participant: a second microphone replaces the first, whose port leaks.
    this.streams.set(participantId, stream);
  }

  async stop(participantId) {
    const stream = this.streams.get(participantId);
    if (!stream) return;
    await this.tell();
    if (this.streams.get(participantId) === stream) this.streams.delete(participantId);
    stream.close();
  }

  report() {
    const streams = [...this.streams].map(([participantId, stream]) => ({
      participantId,
      producerId: stream.producerId,
      bufferSize: stream.packets % 5,
      lastProcessedAt: stream.lastProcessedAt,
      timeSinceLastProcess: Date.now() - stream.lastProcessedAt,
    }));
    return { activeStreams: streams.length, streams };
  }
}
