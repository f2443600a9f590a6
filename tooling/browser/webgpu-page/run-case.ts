// Runs a package's case on the webgpu engine of a page or of its worker.

import * as tf from '@tensorflow/tfjs-core';
import { cases } from 'cases';
import { useBackend } from '../../../packages/backends/src/index.ts';
import { complaints } from '../../../packages/backends/src/testing/cases.ts';

/** What is wrong with the case `name`, a line each; none: it holds. */
export async function runCase(name: string): Promise<string[]> {
  const found = cases.find((one) => one.name === name);
  if (!found) return [`the page has no case '${name}'`];
  try {
    await useBackend('webgpu');
    const before = tf.memory().numTensors;
    const wrong = complaints(await found.run());
    const left = tf.memory().numTensors - before;
    return left === 0 ? wrong : [...wrong, `${left} tensors are left`];
  } catch (error) {
    return [String(error)];
  }
}

/** The engine in words. */
export async function engineInWords(): Promise<string> {
  return String(await useBackend('webgpu'));
}
