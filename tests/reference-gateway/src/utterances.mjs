// Cuts what somebody sends into utterances, from the copy of the RTP. Voice is what the sender
// says is loud (RFC 6464): the production gateway decodes and asks a voice model instead, and is
// as deaf to chirps of a fifth of a second as this is.
const audioLevel = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
const loudestSilence = 60; // -dBov
const pauseMs = 12 * 32;
const shortestMs = 350;
const shortestPayload = 4; // production drops shorter packets, so they end no utterance
const clock = 48; // RTP time per millisecond

export class Utterances {
  constructor(consumer, ended) {
    const extensions = consumer.rtpParameters.headerExtensions;
    this.levelId = extensions.find(({ uri }) => uri === audioLevel)?.id;
    this.ended = ended;
    this.reset();
  }

  reset() {
    this.payloads = [];
    this.began = undefined;
    this.lastVoice = undefined;
  }

  packet(packet) {
    const { payload, timestamp, level } = this.parse(packet);
    if (payload.length < shortestPayload) return;
    if (level < loudestSilence) {
      this.began ??= timestamp;
      this.lastVoice = timestamp;
    }
    if (this.began === undefined) return;
    this.payloads.push(payload);
    if (this.since(this.lastVoice, timestamp) < pauseMs) return;
    const ms = this.since(this.began, this.lastVoice);
    const { payloads } = this;
    this.reset();
    if (ms >= shortestMs) this.ended({ ms, payloads });
  }

  since(earlier, later) {
    return ((later - earlier) >>> 0) / clock;
  }

  parse(packet) {
    let at = 12 + 4 * (packet[0] & 0x0f);
    let level = 127;
    if (packet[0] & 0x10) {
      const oneByte = packet.readUInt16BE(at) === 0xbede;
      const end = at + 4 + 4 * packet.readUInt16BE(at + 2);
      for (let i = at + 4; oneByte && i < end; ) {
        const id = packet[i] >> 4;
        const length = (packet[i] & 0x0f) + 1;
        if (id === 0) {
          i += 1;
          continue;
        }
        if (id === this.levelId) level = packet[i + 1] & 0x7f;
        i += 1 + length;
      }
      at = end;
    }
    const padding = packet[0] & 0x20 ? packet[packet.length - 1] : 0;
    return {
      timestamp: packet.readUInt32BE(4),
      payload: packet.subarray(at, packet.length - padding),
      level,
    };
  }
}
