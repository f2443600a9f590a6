// Where bytes stop being UTF-8: decoders only say that they do, and a user with a 5 MB file wants the place.

/** The first and second byte's ranges and the length of each well-formed sequence (Unicode 15, table 3-7). */
function sequence(lead: number): { length: number; low: number; high: number } | undefined {
  if (lead >= 0xc2 && lead <= 0xdf) return { length: 2, low: 0x80, high: 0xbf };
  if (lead === 0xe0) return { length: 3, low: 0xa0, high: 0xbf };
  if (lead === 0xed) return { length: 3, low: 0x80, high: 0x9f };
  if (lead >= 0xe1 && lead <= 0xef) return { length: 3, low: 0x80, high: 0xbf };
  if (lead === 0xf0) return { length: 4, low: 0x90, high: 0xbf };
  if (lead >= 0xf1 && lead <= 0xf3) return { length: 4, low: 0x80, high: 0xbf };
  if (lead === 0xf4) return { length: 4, low: 0x80, high: 0x8f };
  return undefined;
}

/** Offset of the first byte that does not belong to well-formed UTF-8, or -1 when all do. */
export function invalidUtf8Offset(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const form = sequence(lead);
    if (!form || at + form.length > bytes.length) return at;
    const second = bytes[at + 1]!;
    if (second < form.low || second > form.high) return at;
    for (let i = 2; i < form.length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return at;
    at += form.length;
  }
  return -1;
}
