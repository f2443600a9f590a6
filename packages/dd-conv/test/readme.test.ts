// The README's example runs as printed, and learns.
import { readFileSync } from 'node:fs';
import * as backends from '@orchid-ml/backends';
import * as fft from '@orchid-ml/fft';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import * as ddConv from '../src/index.ts';

const modules: Record<string, object> = {
  '@orchid-ml/backends': backends,
  '@orchid-ml/dd-conv': ddConv,
  '@orchid-ml/fft': fft,
  '@tensorflow/tfjs-core': { tf },
};

it('the example learns what no fixed filter can', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const scope: Record<string, unknown> = {};
  for (const [, names, from] of code.matchAll(/^import (.*) from '(.*)';$/gm)) {
    for (const name of names!.matchAll(/\w+(?=\s*[,}]|$)/g)) {
      const value = (modules[from!] as Record<string, unknown> | undefined)?.[name[0]];
      expect(value, `${name[0]} of ${from}`).toBeDefined();
      scope[name[0]] = value;
    }
  }
  const losses: number[] = [];
  scope.console = { log: (_step: number, loss: number) => losses.push(loss) };
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction(...Object.keys(scope), code.replace(/^import .*$/gm, ''))(...Object.values(scope));
  expect(losses).toHaveLength(6);
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 50);
});
