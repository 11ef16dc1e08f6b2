import type { MicrophoneView } from '../backend/bindings/MicrophoneView';
import type { RemoteAudioView } from '../backend/bindings/RemoteAudioView';

/** What a tile tells of a microphone. */
export type TileSound = 'live' | 'muted' | 'none' | 'connecting';

/** One's own microphone. */
export function ownSound(microphone: MicrophoneView): TileSound {
  switch (microphone.state) {
    case 'live':
      return microphone.delivered ? 'live' : 'connecting';
    case 'muted':
      return 'muted';
    case 'unavailable':
      return 'none';
  }
}

/** Somebody else's, as far as it is heard. */
export function remoteSound(audio: RemoteAudioView): TileSound {
  return audio;
}
