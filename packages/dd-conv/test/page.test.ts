// The authors' block and the properties on WebGPU in a real browser.
import { testInChromium } from '../../backends/src/testing/run-suite.ts';

testInChromium(
  ['golden', 'properties'].map((name) => new URL(`./${name}.test.ts`, import.meta.url)),
  900_000,
);
