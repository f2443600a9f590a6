// The two builds of the wasm module: for the engine's ordinary memory and for the shared one of its threaded build.
import { describe, expect, it } from 'vitest';
import source from '../src/generated/fft.wasm.ts';
import { rfft } from '../src/plain/index.ts';
import { planTables } from '../src/wasm/tables.ts';
import { expectClose, noise } from './support.ts';

const memories = {
  unshared: () => new WebAssembly.Memory({ initial: 4 }),
  shared: () => new WebAssembly.Memory({ initial: 4, maximum: 65536, shared: true }),
};

describe.each(['unshared', 'shared'] as const)('the %s module', (kind) => {
  it('computes on the memory it is given, and touches nothing else of it', () => {
    const memory = memories[kind]();
    const bytes = Uint8Array.from(atob(source[kind]), (c) => c.charCodeAt(0));
    const abort = (): never => {
      throw new Error('aborted');
    };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, abort } });
    const run = exports.rfft as (...values: number[]) => void;
    const n = 30;
    const batch = 8;
    const heap = new Uint8Array(memory.buffer).fill(0xa5);
    const tables = planTables(n);
    const plan = 1024;
    const words = new Uint32Array(tables.bytes);
    for (const word of tables.relocations) words[word] = words[word]! + plan;
    heap.set(new Uint8Array(tables.bytes), plan);
    const [work, x, re, im] = [16384, 32768, 49152, 65536];
    const values = noise(n * batch);
    new Float32Array(memory.buffer, x, n * batch).set(values);
    run(plan, work, x, n, re, im, batch, 1, 1, 1);
    for (let row = 0; row < batch; row++) {
      const want = rfft(values.slice(row * n, row * n + n));
      expectClose(new Float32Array(memory.buffer, re + row * 64, 16), want.re);
      expectClose(new Float32Array(memory.buffer, im + row * 64, 16), want.im);
    }
    const untouched = (from: number, to: number): boolean => heap.subarray(from, to).every((byte) => byte === 0xa5);
    expect(untouched(0, plan)).toBe(true);
    expect(untouched(plan + tables.bytes.byteLength, work)).toBe(true);
    expect(untouched(work + tables.workBytes + 64, x)).toBe(true);
    expect(untouched(re + batch * 64, im)).toBe(true);
    expect(untouched(im + batch * 64, heap.length)).toBe(true);
  });
});
