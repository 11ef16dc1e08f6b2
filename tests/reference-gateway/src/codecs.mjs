// The production gateway's router codecs. Together with mediasoup 3.15.8 they give the
// capabilities in fixtures/router-rtp-capabilities.json, which a test compares.
const startBitrate = { 'x-google-start-bitrate': 1000 };
const h264 = (profile) => ({
  kind: 'video',
  mimeType: 'video/H264',
  clockRate: 90000,
  parameters: {
    'packetization-mode': 1,
    'profile-level-id': profile,
    'level-asymmetry-allowed': 1,
    ...startBitrate,
  },
});

export const mediaCodecs = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48000,
    channels: 2,
    parameters: {
      minptime: 20,
      useinbandfec: 1,
      usedtx: 0,
      maxaveragebitrate: 32000,
      maxplaybackrate: 48000,
      stereo: 1,
      'sprop-stereo': 1,
    },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90000, parameters: { ...startBitrate } },
  {
    kind: 'video',
    mimeType: 'video/VP9',
    clockRate: 90000,
    parameters: { 'profile-id': 2, ...startBitrate },
  },
  h264('4d0032'),
  h264('42e01f'),
];
