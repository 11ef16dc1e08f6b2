// Hears remote tracks: when the first audible sample came, which frequency dominates.
const audible = 0.005; // -46 dBFS, far above comfort noise, far below a test tone

const worklet = `
registerProcessor('first-sound', class extends AudioWorkletProcessor {
  process([input]) {
    if (!this.heard && input[0]?.some((sample) => Math.abs(sample) > ${audible})) {
      this.heard = true;
      this.port.postMessage('audible');
    }
    return !this.heard;
  }
});`;

export class Ear {
  constructor(onAudible) {
    this.onAudible = onAudible;
    this.context = new AudioContext({ sampleRate: 48000, latencyHint: 'interactive' });
    this.tracks = new Map(); // participant id -> {analyser, element, source}
    const module = URL.createObjectURL(new Blob([worklet], { type: 'text/javascript' }));
    this.ready = this.context.audioWorklet.addModule(module);
  }

  listen(participantId, track) {
    const stream = new MediaStream([track]);
    // A remote track only flows into Web Audio while a media element plays it.
    const element = new Audio();
    element.srcObject = stream;
    element.play();
    const source = this.context.createMediaStreamSource(stream);
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 16384;
    analyser.smoothingTimeConstant = 0;
    source.connect(analyser);
    const first = new AudioWorkletNode(this.context, 'first-sound');
    first.port.onmessage = () => {
      this.onAudible(participantId);
      first.disconnect();
      source.disconnect(first);
    };
    source.connect(first);
    this.tracks.set(participantId, { analyser, element, source });
  }

  forget(participantId) {
    const entry = this.tracks.get(participantId);
    this.tracks.delete(participantId);
    if (!entry) return;
    entry.source.disconnect();
    entry.element.srcObject = null;
  }

  // Strongest frequency within 50 to 8000 Hz, and how far it stands above the next
  // strongest that is not its neighbour, in dB.
  hear(participantId) {
    const analyser = this.tracks.get(participantId)?.analyser;
    if (!analyser) return { hz: 0, dominance: 0, level: -200 };
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    const width = this.context.sampleRate / analyser.fftSize;
    const [low, high] = [Math.round(50 / width), Math.round(8000 / width)];
    let best = low;
    for (let bin = low; bin < high; bin += 1) if (spectrum[bin] > spectrum[best]) best = bin;
    let next = -200;
    const neighbours = Math.round(60 / width);
    for (let bin = low; bin < high; bin += 1) {
      if (Math.abs(bin - best) > neighbours) next = Math.max(next, spectrum[bin]);
    }
    const level = Math.max(-200, spectrum[best]);
    return { hz: best * width, dominance: level - next, level };
  }
}
