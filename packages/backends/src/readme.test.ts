// The README's examples are run as they stand.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';
import { useBackend } from './index.ts';
import { hasWebGpu } from './testing/webgpu.ts';

const here = new URL('.', import.meta.url);

/** Imports the README's first example in a language. */
async function runExample(language: 'js' | 'ts', name: string): Promise<void> {
  const readme = readFileSync(new URL('../README.md', here), 'utf8');
  const example = readme.split(`\`\`\`${language}\n`)[1]?.split('```')[0];
  expect(example).toBeDefined();
  mkdirSync(new URL('generated/', here), { recursive: true });
  writeFileSync(new URL(`generated/${name}`, here), example!);
  // In a variable: the file is not there when types are checked.
  const path = `./generated/${name}`;
  await import(/* @vite-ignore */ path);
}

test('the example of the README runs, prints what it says, and leaks nothing', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runExample('js', 'readme-example.js');
  expect(log.mock.calls[0]?.[0]).toMatch(
    /^TensorFlow\.js \S+, (WebAssembly, (relaxed )?SIMD, 1 thread|WebGPU on .+), Node v/,
  );
  log.mockRestore();
  // The weight, x, and Adam's two moments and two powers of its betas.
  expect(tf.memory().numTensors).toBeLessThanOrEqual(8);
});

describe.runIf(await hasWebGpu())('on webgpu', () => {
  test('the kernel of the README runs', async () => {
    await runExample('ts', 'readme-kernel.ts');
    await useBackend('webgpu');
    const x = tf.tensor1d([1, 2, 3]);
    const y = tf.engine().runKernel('MyScale', { x }, { factor: 2 }) as tf.Tensor;
    expect(Array.from(await y.data())).toEqual([2, 4, 6]);
    tf.dispose([x, y]);
  });
});
