import type { CallView } from '../backend/bindings/CallView';
import type { LossCause } from '../backend/bindings/LossCause';
import { t, tn } from '../i18n/index.svelte';

export interface StateSentence {
  text: string;
  /** How it stands: something is under way, all is well, look here. */
  tone: 'busy' | 'good' | 'attention';
}

/** The state of a call in one sentence; what a person should act on comes first. */
export function stateSentence(view: CallView): StateSentence {
  const { connection, me, participants, gatewayHost: host } = view;
  switch (connection.state) {
    case 'connecting':
      return { text: t('state.connecting', { host }), tone: 'busy' };
    case 'joining':
      return { text: t('state.joining'), tone: 'busy' };
    case 'connectingMedia':
      return { text: t('state.connectingMedia'), tone: 'busy' };
    case 'reconnecting':
      return { text: t('state.reconnecting', { attempt: connection.attempt }), tone: 'attention' };
    case 'leaving':
      return { text: t('state.leaving'), tone: 'busy' };
    case 'ended':
      return { text: t('state.ended'), tone: 'busy' };
    case 'connected':
      break;
  }
  if (participants.length === 0) return { text: t('state.alone'), tone: 'good' };
  switch (me.microphone.state) {
    case 'muted':
      return { text: t('state.muted'), tone: 'attention' };
    case 'unavailable':
      return { text: t('state.noMicrophone'), tone: 'attention' };
    case 'live':
      return me.microphone.delivered
        ? { text: tn('state.connected', participants.length), tone: 'good' }
        : { text: t('state.microphoneConnecting'), tone: 'busy' };
  }
}

/** What was lost, in a sentence. */
export function lossSentence(cause: LossCause, host: string): string {
  switch (cause) {
    case 'signaling':
      return t('reconnect.signaling', { host });
    case 'media':
      return t('reconnect.media');
    case 'session':
      return t('reconnect.session', { host });
  }
}

/** The way that the sound takes: short for the eye, whole for screen readers. */
export function pathWords(path: NonNullable<CallView['path']>): { short: string; long: string } {
  const protocol = path.protocol.toUpperCase();
  const short =
    path.route === 'relay' ? t('call.path.relay', { protocol }) : t('call.path.direct', { protocol });
  return { short, long: t('call.path.label', { path: short, version: path.ipVersion }) };
}
