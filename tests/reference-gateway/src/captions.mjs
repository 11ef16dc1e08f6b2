// A caption by the name of the speaker, on command.
export function captionOf(gateway, { room: roomId, name, text, language }) {
  const room = gateway.rooms.get(roomId);
  const speaker = [...room.participants.values()].find((p) => p.name === name);
  if (!speaker) throw new Error(`no participant named ${name}`);
  return caption(gateway, { room: roomId, speaker, text, language });
}

// A caption and its translations, in the shape and order of the gateway's recognition pipeline.
// `translate(target)` gives the text of a translation, if there is one.
export async function caption(gateway, { room: roomId, speaker, text, language = 'vi', translate }) {
  const room = gateway.rooms.get(roomId);
  const timestamp = Date.now();
  speaker.captionSeq += 1;
  const spoken = { text, language, isFinal: true, timestamp };
  gateway.io.to(roomId).emit('gateway-caption', {
    roomId,
    speakerId: speaker.id,
    seq: speaker.captionSeq,
    ...spoken,
  });
  gateway.io.to(roomId).emit('transcription', {
    participantId: speaker.id,
    ...spoken,
    confidence: 1,
    roomId,
  });
  const listeners = [...room.participants.values()].filter((p) => p.id !== speaker.id);
  const wanted = new Set(listeners.map((p) => p.targetLanguage).filter(Boolean));
  for (const target of wanted) {
    if (target === language || !['vi', 'en'].includes(target)) continue;
    let translatedText = gateway.options.translation === 'nllb' ? `[${target}] ${text}` : undefined;
    if (translate) {
      try {
        translatedText = await translate(target);
      } catch (error) {
        gateway.report({ event: 'translation-failed', error: error.message });
        continue;
      }
    }
    gateway.io.to(roomId).emit('translation', {
      participantId: speaker.id,
      originalText: text,
      ...(translatedText ? { translatedText } : {}),
      sourceLanguage: language,
      targetLanguage: target,
      isFinal: true,
      timestamp: Date.now(),
    });
  }
}

export function captionStatus(gateway, { room: roomId, error }) {
  gateway.io.to(roomId).emit('caption-status', {
    roomId,
    status: 'asr_unavailable',
    error,
    timestamp: Date.now(),
  });
}
