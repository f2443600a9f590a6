// The README's example runs as printed, and learns.
import { readFileSync } from 'node:fs';
import { useBackend } from '@orchid-ml/backends';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { irfft, rfft } from '../src/index.ts';

it('the example learns the filter', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const imports = [...code.matchAll(/^import (.*) from '(.*)';$/gm)].map((match) => match[2]);
  expect(imports).toEqual(['@orchid-ml/backends', '@orchid-ml/fft', '@tensorflow/tfjs-core']);
  const losses: number[] = [];
  const log = { log: (_step: number, loss: number) => losses.push(loss) };
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...values: unknown[]) => Promise<void>;
  const body = code.replace(/^import .*$/gm, '');
  await new AsyncFunction('useBackend', 'irfft', 'rfft', 'tf', 'console', body)(useBackend, irfft, rfft, tf, log);
  expect(losses).toHaveLength(6);
  expect(losses[0]).toBeGreaterThan(10);
  expect(losses.at(-1)).toBeLessThan(1e-6);
});
