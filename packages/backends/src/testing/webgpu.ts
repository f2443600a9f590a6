// Whether tests can run on WebGPU here. On a user's machine without an adapter they are skipped, and seen to be; in CI, where
// .ci/run has installed a software driver, a missing adapter is a failure.
import { it } from 'vitest';

const remedy = 'npm install webgpu, and on Linux: apt-get install mesa-vulkan-drivers libvulkan1 (Mesa 24 or newer)';

let reason: Promise<string | null> | undefined;

/** Why Node has no WebGPU adapter here, or null when it has one; software adapters count. */
export function whyNoWebGpu(): Promise<string | null> {
  reason ??= look();
  return reason;
}

async function look(): Promise<string | null> {
  try {
    // A page has its own, where this runs too; a bundler must not follow the name.
    const own = (globalThis.navigator as Navigator | undefined)?.gpu;
    const name = 'webgpu';
    const gpu = own ?? ((await import(/* @vite-ignore */ name)) as typeof import('webgpu')).create([]);
    const adapter = await gpu.requestAdapter();
    return adapter ? null : `no WebGPU adapter on this machine (${remedy})`;
  } catch (error) {
    return `no WebGPU in Node: ${error instanceof Error ? error.message : String(error)} (${remedy})`;
  }
}

/**
 * Whether tests can run on WebGPU. Await it at the top of a test file, outside any test: where the answer is no, it adds a
 * skipped test whose title says what is missing.
 *
 * `ORCHID_TESTS_WITHOUT=webgpu` leaves them out, for runs that repeat tests for another engine's sake.
 *
 * @throws Error in CI (`CI` is set) when there is no adapter
 */
export async function hasWebGpu(): Promise<boolean> {
  if (typeof process !== 'undefined' && process.env.ORCHID_TESTS_WITHOUT === 'webgpu') {
    it.skip('webgpu is left to the other runs of this file', () => {});
    return false;
  }
  const missing = await whyNoWebGpu();
  if (missing === null) return true;
  if (typeof process !== 'undefined' && process.env.CI) throw new Error(`CI needs a WebGPU adapter: ${missing}`);
  it.skip(`SKIPPED on webgpu: ${missing}`, () => {});
  return false;
}

/**
 * Whether tests can run in mixed precision, as {@link hasWebGpu}: on an adapter without `shader-f16` (Chromium's software adapter
 * is one) they are skipped, and seen to be.
 */
export async function hasHalf(): Promise<boolean> {
  if (!(await hasWebGpu())) return false;
  const own = (globalThis.navigator as Navigator | undefined)?.gpu;
  const name = 'webgpu';
  const gpu = own ?? ((await import(/* @vite-ignore */ name)) as typeof import('webgpu')).create([]);
  if ((await gpu.requestAdapter())!.features.has('shader-f16')) return true;
  it.skip('SKIPPED in mixed precision: this adapter has no shader-f16', () => {});
  return false;
}
