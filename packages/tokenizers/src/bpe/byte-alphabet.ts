// GPT-2's way to write bytes as characters that can be seen, so that a vocabulary of bytes is a file of text.

/** The character of each byte: itself where it is visible Latin-1, else the next one from U+0100 on. */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  const visible = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let hidden = 0;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : 0x100 + hidden++));
})();

const BYTES = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

/** The byte that a character stands for, or undefined. */
export function byteOf(character: string): number | undefined {
  return BYTES.get(character);
}

/** Bytes as text. */
export function bytesToText(bytes: Iterable<number>): string {
  let text = '';
  for (const byte of bytes) text += BYTE_CHARACTERS[byte];
  return text;
}
