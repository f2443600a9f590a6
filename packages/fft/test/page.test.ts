// The suites of this package on WebGPU in a real browser.
import { testInChromium } from '../../backends/src/testing/run-suite.ts';

testInChromium(
  ['golden', 'properties', 'gradients'].map((name) => new URL(`./${name}.test.ts`, import.meta.url)),
  600_000,
);
