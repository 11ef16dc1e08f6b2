// Captions on command, in the shape and order of the gateway's recognition pipeline.
export function caption(gateway, { room: roomId, name, text, language = 'vi' }) {
  const room = gateway.rooms.get(roomId);
  const speaker = [...room.participants.values()].find((p) => p.name === name);
  if (!speaker) throw new Error(`no participant named ${name}`);
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
    gateway.io.to(roomId).emit('translation', {
      participantId: speaker.id,
      originalText: text,
      ...(gateway.options.translation === 'nllb' ? { translatedText: `[${target}] ${text}` } : {}),
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
