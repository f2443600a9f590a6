// Starts the engine that the visitor chose, and says which it is.
import { useBackend } from '@orchid-ml/backends';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import type { EngineChoice, EngineFacts } from '../shared/engine.ts';

/** Given, so that the package need not look where they are; the page loads the one with SIMD. */
const wasmPaths = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
};

/** @throws Error saying why the engine does not start */
export async function startEngine(choice: EngineChoice): Promise<EngineFacts> {
  const info = await useBackend(choice, { wasmPaths });
  if (info.name !== 'wasm' && info.name !== 'webgpu') {
    throw new Error(`neither WebGPU nor WebAssembly starts in this browser: ${info.note ?? info.engine}`);
  }
  return { name: info.name, ...wordsOf(info), note: info.note ?? null };
}

function wordsOf({ gpu, relaxedSimd }: Awaited<ReturnType<typeof useBackend>>): Omit<EngineFacts, 'name' | 'note'> {
  if (!gpu) return { words: `WebAssembly, ${relaxedSimd ? 'relaxed SIMD' : 'SIMD'}`, adapter: null, software: false };
  const words = `WebGPU on ${gpu.adapter}${gpu.software ? ', played by the processor' : ''}`;
  return { words, adapter: gpu.adapter, software: gpu.software };
}
