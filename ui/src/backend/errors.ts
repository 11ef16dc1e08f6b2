import type { ErrorView } from './bindings/ErrorView';

/** Whatever was thrown, as an error with a code. */
export function asErrorView(thrown: unknown): ErrorView {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    return {
      code: String(thrown.code),
      message: String(thrown.message),
      details: 'details' in thrown && typeof thrown.details === 'string' ? thrown.details : '',
    };
  }
  const details = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'app.internal', message: 'Something in the program failed.', details };
}
