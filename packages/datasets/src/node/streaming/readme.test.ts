// The README's example of streaming runs as it is printed, against a hub on this machine.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { HubServer } from '../../../../hub/test/hub-server.ts';

it('the example of streaming runs', async () => {
  const data = Array.from({ length: 300 }, (_, i) => (i % 2 ? ` Line ${i} of an article , tokenised . \n` : ''));
  const parquet = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'text', data, type: 'STRING' }] }));
  const server = await new HubServer('Salesforce/wikitext', 'dataset').start();
  for (const split of ['train', 'validation']) {
    server.add(`wikitext-2-raw-v1/${split}-00000-of-00001.parquet`, parquet, { lfs: true });
  }
  const home = fileURLToPath(new URL('../../..', import.meta.url));
  const cache = await mkdtemp(join(tmpdir(), 'orchid-readme-'));
  try {
    const readme = await readFile(join(home, 'README.md'), 'utf8');
    const [, example] = /## Text that does not fit in memory\n\n```js\n([\s\S]*?)```/.exec(readme) ?? [];
    await mkdir(join(home, 'src/generated'), { recursive: true });
    const file = join(home, 'src/generated/readme-stream.mjs');
    await writeFile(file, example!);
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href;
    const env = { ...process.env, HF_ENDPOINT: server.endpoint, HF_HUB_CACHE: cache, HF_HUB_OFFLINE: '' };
    const child = spawn(process.execPath, ['--import', tsx, file], { env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        said += text;
      });
    }
    await new Promise((resolve) => child.on('close', resolve));
    expect(said).toBe('true\n');
  } finally {
    await server.stop();
    await rm(cache, { recursive: true, force: true });
  }
});
