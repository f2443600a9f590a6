// The package's wasm module on an engine.
import { type WasmBackend, wasmModule } from '@orchid-ml/backends/wasm-host';
import source from '../../generated/optimizer.wasm.ts';

/** assembly/optimizer.ts; addresses are bytes on the engine's heap. */
export interface OptimizerModule {
  adamw(
    p: number,
    g: number,
    m: number,
    v: number,
    count: number,
    beta1: number,
    gain1: number,
    beta2: number,
    gain2: number,
    keep: number,
    rate: number,
    epsilon: number,
  ): void;
  sumOfSquares(x: number, count: number): number;
}

export function optimizerModule(backend: WasmBackend): OptimizerModule {
  return wasmModule<OptimizerModule>(backend, source);
}
