// Much more text than the heap may hold; a program that kept it would end for want of memory. (apps/train/bench/stream.mjs
// shows the same with a gigabyte, training.)
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../../test/stream-all.mjs', import.meta.url));

it('streams 80 MB of text in a heap of 48 MB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orchid-memory-'));
  try {
    const story = 'a story of some words, again and again. '.repeat(50);
    const each = 10_000;
    function* stories(isJson: boolean) {
      for (let i = 0; i < each; i++)
        yield isJson ? `${JSON.stringify({ text: `${i} ${story}` })}\n` : `${i} ${story}\n\n`;
    }
    const paths = ['a.txt', 'b.txt', 'c.jsonl.gz', 'd.txt'].map((name) => join(folder, name));
    for (const path of paths) {
      const isJson = path.endsWith('.gz');
      const source = Readable.from(stories(isJson), { objectMode: false });
      const file = createWriteStream(path);
      await (isJson ? pipeline(source, createGzip({ level: 1 }), file) : pipeline(source, file));
    }
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--max-old-space-size=48', program, ...paths], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const { characters, count } = JSON.parse(stdout);
    expect(count).toBe(4 * each);
    expect(characters).toBeGreaterThan(80e6);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 110_000);
