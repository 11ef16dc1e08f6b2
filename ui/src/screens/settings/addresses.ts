/** Whether a gateway's address can be one; the program reads it for good. */
export function isServerAddress(text: string): boolean {
  return /^https?:\/\/[^\s/]+/iu.test(text) && URL.canParse(text);
}

/** Whether a relay's address has the form of RFC 7064 and 7065. */
export function isRelayAddress(text: string): boolean {
  return /^(?:turns?|stuns?):[^\s/?]+(?:\?transport=(?:udp|tcp))?$/iu.test(text);
}
