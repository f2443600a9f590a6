// The authors' block, the properties, and the operator with its gradients on WebGPU in a real browser.
import { testInChromium } from '../../backends/src/testing/run-suite.ts';

const suite = (name: string, only?: readonly string[]) => ({
  file: new URL(`./${name}.test.ts`, import.meta.url),
  ...(only && { only }),
});

// A browser's software GPU compiles slowly: where Node runs every case, the fullest of each kind.
testInChromium(
  [
    suite('golden'),
    suite('properties'),
    suite('conformance', ['ddConv, dft, kernel shared, spectrum, skip, gates', 'the same tensor as signal and kernel']),
    suite('phase-suppression', [
      'dft, squared, normed, zeros > length 16, width 8',
      'dct, squared, normed, zeros > length 16',
    ]),
    suite('long', ['length 4096', 'length 131072']),
  ],
  900_000,
);
