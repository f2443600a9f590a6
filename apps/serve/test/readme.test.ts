// The examples of the README do what it says: its requests get answers, its program runs.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { start, testFolder } from './fake-server.ts';
import { realWorkers, toneWav, writeModels } from './real-models.ts';

const home = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(home, 'README.md'), 'utf8');
const folder = testFolder();
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href;

/** What a line with curl asks. */
function requestOf(line: string): { path: string; init: RequestInit } {
  const path = /localhost:8080(\S*?)'?(\s|$)/.exec(line)![1]!;
  const header = /-H '([^:]+): ([^']+)'/.exec(line);
  const [data, file] = [/ -d '([^']*)'/.exec(line)?.[1], /--data-binary @(\S+)/.exec(line)?.[1]];
  const body = data ?? (file && readFileSync(join(folder, file)));
  return {
    path,
    init: {
      ...(header && { headers: { [header[1]!]: header[2]! } }),
      ...(body !== undefined && { method: 'POST', body: body as BodyInit }),
    },
  };
}

it('requests and program', async () => {
  const paths = await writeModels(folder);
  const grey = { width: 28, height: 28, channels: 1 } as const;
  writeFileSync(join(folder, 'digit.png'), await sharp(Buffer.alloc(784, 40), { raw: grey }).png().toBuffer());
  writeFileSync(join(folder, 'yes.wav'), toneWav(300, 16_000, 4000));
  const models = [
    paths.recall,
    `shakespeare=${paths.letters}`,
    paths.moods,
    paths.pictures,
    `commands=${paths.sounds}`,
  ];
  const { send } = await start(models, {}, realWorkers);
  const lines = readme.split('\n').filter((line) => line.startsWith('curl '));
  expect(lines).toHaveLength(7);
  for (const line of lines) {
    const { path, init } = requestOf(line);
    const { status, body } = await send(path, init);
    expect([line, status], JSON.stringify(body)).toEqual([line, 200]);
  }

  const [, example] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  mkdirSync(join(home, 'src/generated'), { recursive: true });
  const file = join(home, 'src/generated/readme-example.mjs');
  writeFileSync(file, example!.replace('runs/mnist', paths.pictures));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', tsx, file], { cwd: folder });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+ TensorFlow\.js .*$/m);
});
