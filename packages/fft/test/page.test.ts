// The reference vectors, the properties, long transforms and the gradients on WebGPU in a real browser.
import { testInChromium } from '../../backends/src/testing/run-suite.ts';

const suite = (name: string, only?: readonly string[]) => ({
  file: new URL(`./${name}.test.ts`, import.meta.url),
  ...(only && { only }),
});

// A browser's software GPU compiles slowly: where Node runs every case, some of each kind.
testInChromium(
  [
    suite('golden'),
    suite('properties'),
    suite('long', ['real samples']),
    suite('gradients', ['irfft: the gradient', ' dct: the gradient', 'differentiated again']),
  ],
  900_000,
);
