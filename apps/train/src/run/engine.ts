// Starts the engine a command was asked for, and says so in its errors.
import { type BackendInfo, type BackendName, useBackend } from '@orchid-ml/backends';
import { Failure, messageOf, UsageError } from '../errors.ts';
import { enableRelaxedSimd } from './relaxed-simd.ts';

const names: readonly BackendName[] = ['auto', 'webgpu', 'wasm', 'cpu'];

/**
 * Makes the named engine the current one.
 *
 * @param blas 'auto', 'off' or a library's path, for the products of the wasm engine
 * @throws UsageError for an unknown name; Failure when the engine does not start
 */
export async function startEngine(name: string, blas: string): Promise<BackendInfo> {
  if (!names.includes(name as BackendName))
    throw new UsageError(`--backend ${name}: there is no such engine; want ${names.join(', ')}`);
  enableRelaxedSimd();
  try {
    return await useBackend(name as BackendName, { blas });
  } catch (error) {
    throw new Failure(`the engine ${name} does not start: ${messageOf(error)} \`orchid doctor\` says more.`, {
      cause: error,
    });
  }
}
