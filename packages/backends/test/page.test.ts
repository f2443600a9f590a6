// The conformance suite on WebGPU in a real browser.
import { testInChromium } from '../src/testing/run-suite.ts';

testInChromium([{ file: new URL('../src/conformance.test.ts', import.meta.url) }], 900_000);
