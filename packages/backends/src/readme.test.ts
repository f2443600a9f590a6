// The README's example is run as it stands.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';

test('the example of the README runs, prints what it says, and leaks nothing', async () => {
  const here = new URL('.', import.meta.url);
  const readme = readFileSync(new URL('../README.md', here), 'utf8');
  const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1];
  expect(example).toBeDefined();
  mkdirSync(new URL('generated/', here), { recursive: true });
  writeFileSync(new URL('generated/readme-example.js', here), example!);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  // In a variable: the file is not there when types are checked.
  const path = './generated/readme-example.js';
  await import(/* @vite-ignore */ path);
  expect(log.mock.calls[0]?.[0]).toMatch(
    /^TensorFlow\.js \S+, (WebAssembly, (relaxed )?SIMD, 1 thread|WebGPU on .+), Node v/,
  );
  log.mockRestore();
  // The weight, x, and Adam's two moments and two powers of its betas.
  expect(tf.memory().numTensors).toBeLessThanOrEqual(8);
});
