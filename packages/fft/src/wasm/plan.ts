// Keeps transform plans on the engine's heap, the most recently used ones up to a limit of bytes.
import { allocate, release, type WasmBackend } from '@orchid-ml/backends/wasm-host';
import { planTables } from './tables.ts';

/** A transform plan on the wasm heap, as the functions of assembly/transform.ts take it. */
export interface WasmPlan {
  /** byte address of the plan */
  readonly address: number;
  /** length of the transform */
  readonly n: number;
  /** size of the work buffer that `forward` and `inverse` need */
  readonly workBytes: number;
}

/** What the plans of one engine may take of its heap before old ones are given back. */
export const PLAN_CACHE_BYTES = 64 * 2 ** 20;
/** So many plans stay whatever their size: a kernel that works with several lengths keeps all of them. */
const KEPT = 4;
/** A length beyond this cannot have its work buffer on a 4 GB heap. */
const LONGEST = 2 ** 26;

interface Entry extends WasmPlan {
  readonly bytes: number;
}

const caches = new WeakMap<object, Map<number, Entry>>();

/**
 * The plan for transforms of length n on an engine's heap: made once, then cached. The address holds at least until
 * plans for four other lengths have been asked for, so ask anew in each kernel call.
 *
 * @param backend the wasm engine's backend object, as a kernel receives it
 * @param n length of the transform, an integer from 1 to 2^26
 * @throws Error when n is not such a length, or the heap has no room
 */
export function wasmPlan(backend: WasmBackend, n: number): WasmPlan {
  let cache = caches.get(backend);
  if (!cache) {
    cache = new Map();
    caches.set(backend, cache);
  }
  let plan = cache.get(n);
  if (plan) {
    // a Map keeps insertion order, so re-inserting keeps the least recently used plan first
    cache.delete(n);
  } else {
    plan = place(backend, n);
  }
  cache.set(n, plan);
  let total = 0;
  for (const entry of cache.values()) total += entry.bytes;
  for (const [length, entry] of cache) {
    if (total <= PLAN_CACHE_BYTES || cache.size <= KEPT) break;
    cache.delete(length);
    release(backend, entry.address);
    total -= entry.bytes;
  }
  return plan;
}

function place(backend: WasmBackend, n: number): Entry {
  if (!Number.isInteger(n) || n < 1 || n > LONGEST) {
    throw new Error(`wasmPlan: n is ${n}; want an integer from 1 to ${LONGEST}`);
  }
  const { bytes, relocations, workBytes } = planTables(n);
  const address = allocate(backend, bytes.byteLength, `wasmPlan(${n})`);
  const words = new Uint32Array(bytes);
  for (const word of relocations) words[word] = words[word]! + address;
  backend.wasm.HEAPU8.set(new Uint8Array(bytes), address);
  return { address, n, workBytes, bytes: bytes.byteLength };
}
