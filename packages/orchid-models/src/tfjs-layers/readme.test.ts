// The README's example of layers runs as it is printed, in plain Node: there @tensorflow/tfjs-layers is loaded as users load it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

it('the example of the README trains, saves and loads', () => {
  const home = new URL('../../', import.meta.url);
  const [, section] = readFileSync(new URL('README.md', home), 'utf8').split('\n## In tf.sequential()\n');
  const [, example] = /```js\n([\s\S]*?)```/.exec(section!)!;
  const generated = new URL('src/generated/', home);
  mkdirSync(generated, { recursive: true });
  const file = new URL('readme-layers.mjs', generated);
  writeFileSync(file, example!);
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', tsx, fileURLToPath(file)], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const [, first, last, difference] = /^loss ([\d.]+) to ([\d.]+)\ndifference after loading (\d)\n$/.exec(stdout)!;
  expect(Number(last)).toBeLessThan(0.5 * Number(first));
  expect(difference).toBe('0');
  expect(status).toBe(0);
});
