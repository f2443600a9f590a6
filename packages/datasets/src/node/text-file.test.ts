// Files that are no text are refused with the reason and, for bytes that are not UTF-8, the place.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invalidUtf8Offset, readTextFile } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchid-text-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, contents: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), contents);
  return join(folder, name);
}

describe('readTextFile', () => {
  it('reads UTF-8, without its byte order mark, with its line ends', async () => {
    expect(await readTextFile(await file('good.txt', 'Grüße\r\n🌸\n'))).toBe('Grüße\r\n🌸\n');
    expect(await readTextFile(await file('bom.txt', '\ufeffa'))).toBe('a');
  });

  it.each([
    ['empty', '', 'it is empty'],
    ['mark', '\ufeff', 'it is empty but for a byte order mark'],
    ['binary', Uint8Array.of(65, 66, 0, 67), 'it is binary (a NUL byte at offset 2)'],
    ['latin1', Uint8Array.of(0x67, 0x72, 0xfc, 0xdf), 'it is not UTF-8 (byte 0xfc at offset 2); want UTF-8 text'],
    ['cut', Uint8Array.of(0x61, 0xe2, 0x82), 'it is not UTF-8 (byte 0xe2 at offset 1)'],
  ])('refuses %s', async (name, contents, message) => {
    const path = await file(name, contents);
    await expect(readTextFile(path)).rejects.toThrow(`text file ${path}: ${message}`);
  });

  it('refuses what is missing, a directory, or below a file', async () => {
    await expect(readTextFile(join(folder, 'none.txt'))).rejects.toThrow('none.txt: there is no such file');
    await expect(readTextFile(folder)).rejects.toThrow(`text file ${folder}: it is a directory; want a file`);
    const inside = join(await file('plain', 'x'), 'inside');
    await expect(readTextFile(inside)).rejects.toThrow('a part of this path is a file, not a directory');
  });
});

describe('invalidUtf8Offset', () => {
  const isValid = (bytes: Uint8Array) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  };

  it('agrees with the decoder on any bytes', () => {
    const lead = fc.constantFrom(
      0x41,
      0xc1,
      0xc2,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(lead, fc.integer({ min: 0, max: 255 })), { maxLength: 8 }), (list) => {
        const bytes = Uint8Array.from(list);
        const at = invalidUtf8Offset(bytes);
        expect(at < 0).toBe(isValid(bytes));
        if (at >= 0) expect(isValid(bytes.subarray(0, at))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => invalidUtf8Offset(new TextEncoder().encode(text)) === -1),
    );
  });
});
