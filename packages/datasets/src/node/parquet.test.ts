// Parquet files from memory, disk and a server: values, codecs, row groups, and what is said of damaged ones.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ParquetFile,
  type ParquetReadOptions,
  type ParquetSource,
  parquetBytes,
  parquetRows,
  parquetUrl,
  Rng,
} from '../index.ts';
import { parquetFile } from './parquet.ts';

const texts = Array.from({ length: 25 }, (_, i) => `text ${i} ${'äß🌸'.repeat(i)}`);
const labels = BigInt64Array.from(texts, (_, i) => BigInt(i - 3));
const columnData = [
  { name: 'text', data: texts, type: 'STRING' as const },
  { name: 'label', data: labels, type: 'INT64' as const },
];
const good = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 10 }));

let folder: string;
let server: Server;
const ranges: (string | undefined)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orchid-parquet-'));
  server = createServer((request, response) => {
    if (request.url !== '/good.parquet') return void response.writeHead(404).end();
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    if (request.method === 'GET') ranges.push(request.headers.range);
    const part = from === undefined ? good : good.subarray(Number(from), Number(to) + 1);
    response.writeHead(from === undefined ? 200 : 206, { 'content-length': part.length });
    response.end(request.method === 'HEAD' ? undefined : part);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function rowsOf(source: ParquetSource | Promise<ParquetSource>, options?: ParquetReadOptions) {
  const rows = [];
  for await (const row of parquetRows([source], options)) rows.push(row);
  return rows;
}

const expected = texts.map((text, i) => ({ text, label: i - 3 }));

describe('parquetRows', () => {
  it('gives the rows of all row groups, 64-bit integers as numbers', async () => {
    const file = await ParquetFile.open(parquetBytes('good', good));
    expect(file.columns).toEqual(['text', 'label']);
    expect(file.groups).toEqual([10, 10, 5]);
    expect(await rowsOf(parquetBytes('good', good))).toEqual(expected);
    expect(await file.readGroup(2, { columns: ['label'] })).toEqual(expected.slice(20).map(({ label }) => ({ label })));
  });

  it('reads parts of a file on disk', async () => {
    const path = join(folder, 'good.parquet');
    await writeFile(path, good);
    expect(await rowsOf(parquetFile(path))).toEqual(expected);
  });

  it('fetches parts of a file behind a URL', async () => {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/good.parquet`;
    expect(await rowsOf(parquetUrl(url), { columns: ['label'] })).toEqual(expected.map(({ label }) => ({ label })));
    expect(ranges.length).toBeGreaterThan(0);
    expect(ranges.every((range) => range !== undefined)).toBe(true);
    const missing = `http://127.0.0.1:${port}/none.parquet`;
    await expect(parquetUrl(missing)).rejects.toThrow(`Parquet ${missing}: it cannot be fetched`);
  });

  it('knows codecs beyond the common ones', async () => {
    const gzip = (input: Uint8Array) => new Uint8Array(gzipSync(input));
    const bytes = parquetWriteBuffer({ columnData, codec: 'GZIP', compressors: { GZIP: gzip } });
    expect(await rowsOf(parquetBytes('gzip', bytes))).toEqual(expected);
  });

  it('reads dictionaries, nulls, lists and objects', async () => {
    const word = Array.from({ length: 500 }, (_, i) => (i % 7 === 3 ? null : `word ${i % 5}`));
    const list = word.map((_, i) => Array.from({ length: i % 4 }, (_, j) => i + j));
    const columns = [
      { name: 'word', data: word, type: 'STRING' as const },
      { name: 'list', data: list },
    ];
    const bytes = parquetWriteBuffer({ columnData: columns, rowGroupSize: 200 });
    expect(await rowsOf(parquetBytes('mixed', bytes))).toEqual(word.map((_, i) => ({ word: word[i], list: list[i] })));
  });

  it('leaves bytes alone where that is wanted', async () => {
    const data = [Uint8Array.of(0xff, 0xd8, 0), Uint8Array.of(1)];
    const bytes = parquetWriteBuffer({ columnData: [{ name: 'image', data, type: 'BYTE_ARRAY' }] });
    expect(await rowsOf(parquetBytes('pictures', bytes), { utf8: false })).toEqual(data.map((image) => ({ image })));
  });
});

describe('what is wrong with a file', () => {
  it('is said with its name and that of the column', async () => {
    await expect(rowsOf(parquetBytes('good', good), { columns: ['lable'] })).rejects.toThrow(
      'Parquet good: there is no column "lable"; it has "text", "label"',
    );
    const large = [{ name: 'id', data: BigInt64Array.of(2n ** 60n), type: 'INT64' as const }];
    await expect(rowsOf(parquetBytes('large', parquetWriteBuffer({ columnData: large })))).rejects.toThrow(
      'Parquet large: column "id" has 1152921504606846976; a number cannot hold it',
    );
    await expect(parquetFile(join(folder, 'none.parquet'))).rejects.toThrow('none.parquet: there is no such file');
    await expect(parquetFile(folder)).rejects.toThrow(`${folder}: it is a folder; want a Parquet file`);
  });

  it.each([
    ['empty', new Uint8Array(0)],
    ['a text', new TextEncoder().encode('text,label\nno Parquet file,1\n')],
    ['without its end', good.subarray(0, good.length - 20)],
    ['without its middle', Uint8Array.from([...good.subarray(0, 40), ...good.subarray(good.length - 200)])],
    ['a page', Uint8Array.from(good, (byte, i) => (i > 4 && i < 60 ? 0xff : byte))],
  ])('%s', async (name, bytes) => {
    await expect(rowsOf(parquetBytes(name, bytes))).rejects.toThrow(new RegExp(`^Parquet ${name}: .*(damaged|cut)`));
  });

  it('never is another error, wherever the damage is', async () => {
    const rng = new Rng(1);
    let refused = 0;
    for (let round = 0; round < 1000; round++) {
      const bytes = Uint8Array.from(good);
      for (let i = 0; i < 3; i++) bytes[rng.integer(bytes.length)] = rng.integer(256);
      await rowsOf(parquetBytes('fuzz', bytes)).then(
        (rows) => expect(rows).toHaveLength(25),
        (error: Error) => {
          expect(error.message).toMatch(/^Parquet fuzz: /);
          refused++;
        },
      );
    }
    expect(refused).toBeGreaterThan(300);
  });
});
