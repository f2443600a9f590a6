// The wasm engine, made trainable: started where its files can be found, with our kernels in place of its missing ones.
import * as tf from '@tensorflow/tfjs-core';
import { chooseBlas } from '../blas/choose.ts';
import { setBlas } from '../blas/use.ts';
import { installWasmOverrides } from '../overrides/index.ts';
import { guardHeap } from '../wasm-host/heap.ts';
import { hasRelaxedSimd, type WasmBackend } from '../wasm-host/index.ts';
import { isNode, recordStart, type UseBackendOptions } from './info.ts';
import { loadPeer } from './load-peer.ts';
import { findWasmFiles } from './wasm-files.ts';

const packageName = '@tensorflow/tfjs-backend-wasm';

/**
 * Starts tfjs-backend-wasm with this package's kernels and makes it the current engine.
 *
 * @param choice why it was chosen, where that is not the user's doing
 */
export async function startWasm(options: UseBackendOptions, choice?: string): Promise<void> {
  const engine = await loadPeer(packageName, () => import('@tensorflow/tfjs-backend-wasm'));
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new Error('useBackend: this platform has no WebAssembly SIMD, which the wasm engine needs here');
  }
  preferOneThread();
  installWasmOverrides();
  const isRunning = 'wasm' in tf.engine().registry;
  const paths = options.wasmPaths ?? (isNode() || isRunning ? undefined : await findWasmFiles());
  if (paths !== undefined) engine.setWasmPaths(typeof paths === 'string' ? paths : { ...paths });
  if (!(await tf.setBackend('wasm'))) {
    const where = paths === undefined ? '' : ` with its files at ${JSON.stringify(paths)}`;
    throw new Error(`useBackend: the wasm engine did not start${where}; its message on the console says why`);
  }
  const backend = tf.backend() as unknown as WasmBackend;
  guardHeap(backend.wasm);
  const blas = chooseBlas(options.blas ?? 'auto', backend, isNode() ? process.platform : undefined);
  setBlas(blas.library);
  const trouble = blas.isTrouble ? `${blas.why}; matrix products are computed by the wasm kernel` : undefined;
  if (trouble !== undefined) warnOnce(`useBackend: ${trouble}`);
  const note = [choice, trouble].filter((text) => text !== undefined).join('; ');
  recordStart('wasm', {
    engine: `TensorFlow.js ${tf.version_core}, WebAssembly`,
    simd: true,
    relaxedSimd: hasRelaxedSimd(),
    threads: () => engine.getThreadsCount(),
    ...(blas.library ? { blas: blas.library.name } : { noBlas: blas.why! }),
    ...(note === '' ? {} : { note }),
  });
}

const warned = new Set<string>();

function warnOnce(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  console.warn(message);
}

/**
 * In a cross-origin isolated page tfjs takes its threaded build, unless told otherwise. Its threads have nothing to do here,
 * where the kernels that cost are ours and use one; and a bundler that renames variables breaks it (its threads start from
 * the text of a function). Whoever sets the flag, `tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true)`, gets it all the same.
 */
function preferOneThread(): void {
  const flag = 'WASM_HAS_MULTITHREAD_SUPPORT';
  if (!(flag in tf.env().getFlags())) tf.env().set(flag, false);
}
