// The gateway base64-decodes every requested room id; a decoded text with an underscore
// replaces the id.
export function effectiveRoomId(requested) {
  if (typeof requested !== 'string') return requested;
  const decoded = Buffer.from(requested, 'base64').toString('utf-8');
  return decoded.includes('_') ? decoded : requested;
}

const letters = '0123456789abcdefghijklmnopqrstuvwxyz';

export function stampedId(prefix) {
  let tail = '';
  for (let i = 0; i < 9; i += 1) tail += letters[Math.floor(Math.random() * letters.length)];
  return `${prefix}_${Date.now()}_${tail}`;
}
