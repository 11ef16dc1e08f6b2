import http from 'node:http';
import { caption, captionStatus } from './captions.mjs';

const recognitionLimit = 5000;

// JSON over HTTP, with errors in the words of the HTTP client that the gateway uses.
function post(url, data, limit) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(data);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const request = http.request(url, { method: 'POST', headers }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        clearTimeout(timer);
        if (response.statusCode !== 200) {
          reject(new Error(`Request failed with status code ${response.statusCode}`));
          return;
        }
        try {
          resolve(JSON.parse(Buffer.concat(parts)));
        } catch (error) {
          reject(error);
        }
      });
    });
    const late = () => request.destroy(new Error(`timeout of ${limit}ms exceeded`));
    const timer = limit && setTimeout(late, limit);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end(body);
  });
}

// What becomes of an utterance: recognition within its limit, captions, and a translation per
// wanted language, one after the other and without a limit.
export async function recognise(gateway, participantId, { payloads }) {
  const { options } = gateway;
  const room = gateway.rooms.of(participantId);
  const speaker = room?.participants.get(participantId);
  if (!options.captions || !speaker) return;
  const supported = ['vi', 'en'].includes(speaker.sourceLanguage);
  const language = supported ? speaker.sourceLanguage : 'vi';
  let answer;
  try {
    answer = await post(
      `${options.captions}/api/v1/transcribe-stream`,
      {
        participant_id: participantId,
        // Production sends decoded samples.
        audio_data: Buffer.concat(payloads).toString('base64'),
        sample_rate: 48000,
        channels: 1,
        format: 'opus',
        language,
      },
      recognitionLimit,
    );
  } catch (error) {
    captionStatus(gateway, { room: room.id, error: error.message });
    return;
  }
  const text = answer.text?.trim();
  if (!text) return;
  const translate = options.translate && ((target) => translated(options, text, language, target));
  await caption(gateway, { room: room.id, speaker, text, language, translate });
}

// The gateway reads a field that the present service does not have.
async function translated(options, text, source, target) {
  const data = { text, direction: `${source}2${target}`, src_lang: source, tgt_lang: target };
  const answer = await post(`${options.translate}/translate`, data);
  return answer.translated_text;
}
