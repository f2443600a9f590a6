// One run over every package's tests. Threads are kept at two: a wasm engine each, on the smallest machines we support.
import { defineConfig } from 'vitest/config';

const all = ['packages/*/{src,test}/**/*.test.ts', 'apps/*/{src,test}/**/*.test.ts', 'tooling/**/*.test.ts'];
// Node 20 has relaxed SIMD behind a flag (newer ones always), so there the packages with kernels are tested a second time.
const relaxed = {
  extends: true as const,
  test: {
    name: 'relaxed-simd',
    include: ['packages/{backends,fft,dd-conv}/{src,test}/**/*.test.ts'],
    exclude: ['**/page.test.ts', '**/webgpu*.test.ts'],
    execArgv: ['--experimental-wasm-relaxed-simd'],
    // Nothing changes for WebGPU, whose tests the other project runs.
    env: { ORCHID_TESTS_WITHOUT: 'webgpu' },
  },
};

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    // Mesa's software driver compiles a shader in less than half the time when its vectors are half as wide.
    env: { LP_NATIVE_VECTOR_WIDTH: '128' },
    projects: [
      { extends: true, test: { name: 'all', include: all } },
      ...(process.version.startsWith('v20.') ? [relaxed] : []),
    ],
  },
});
