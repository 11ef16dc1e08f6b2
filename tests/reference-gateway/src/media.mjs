import './worker-binary.mjs';
import * as mediasoup from 'mediasoup';
import { mediaCodecs } from './codecs.mjs';

// Media workers, and a router per room, handed out in turn as production does.
export class Media {
  constructor(options) {
    this.options = options;
    this.workers = [];
    this.next = 0;
  }

  async start() {
    for (let index = 0; index < this.options.workers; index += 1) await this.addWorker(index);
  }

  async addWorker(index) {
    const ports = this.options.mediaPorts;
    const worker = await mediasoup.createWorker({
      logLevel: 'warn',
      ...(ports ? { rtcMinPort: ports.min, rtcMaxPort: ports.max } : {}),
    });
    const entry = { index, worker, roomCount: 0 };
    this.workers[index] = entry;
    worker.on('died', () => {
      // Rooms of a dead worker stay listed; only the worker is replaced.
      this.workers[index] = undefined;
      this.addWorker(index).catch((error) => console.error('worker restart failed', error));
    });
  }

  living() {
    return this.workers.filter(Boolean);
  }

  async createRouter() {
    const living = this.living();
    if (living.length === 0) throw new Error('No workers available');
    const entry = living[this.next % living.length];
    this.next += 1;
    entry.roomCount += 1; // never decreases, as in production
    return entry.worker.createRouter({ mediaCodecs });
  }

  async createTransport(router) {
    const listenInfos = [];
    for (const { ip, announced } of this.options.listen) {
      const address = { ip, ...(announced ? { announcedAddress: announced } : {}) };
      if (this.options.udp) listenInfos.push({ protocol: 'udp', ...address });
      if (this.options.tcp) listenInfos.push({ protocol: 'tcp', ...address });
    }
    const transport = await router.createWebRtcTransport({
      listenInfos,
      enableUdp: this.options.udp,
      enableTcp: this.options.tcp,
      preferUdp: true,
      initialAvailableOutgoingBitrate: 1_000_000,
    });
    transport.on('dtlsstatechange', (state) => {
      if (state === 'closed' || state === 'failed') transport.close();
    });
    return transport;
  }

  close() {
    for (const { worker } of this.living()) {
      worker.removeAllListeners('died');
      worker.close();
    }
  }

  killWorkers() {
    for (const { worker } of this.living()) process.kill(worker.pid, 'SIGKILL');
  }
}
