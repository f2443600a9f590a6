// The engine and the ops on WebGPU, in Node and in a real browser.
import { testCases } from '../src/testing/run-cases.ts';
import { cases } from './webgpu-cases.ts';

await testCases(cases, new URL('./webgpu-cases.ts', import.meta.url), { workers: true });
