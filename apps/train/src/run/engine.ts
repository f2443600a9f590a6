// Starts the engine a command was asked for, and says so in its errors.
import { type BackendInfo, type BackendName, type Precision, useBackend } from '@orchid-ml/backends';
import { Failure, messageOf, UsageError } from '../errors.ts';
import { enableRelaxedSimd } from './relaxed-simd.ts';

const names: readonly BackendName[] = ['auto', 'webgpu', 'wasm', 'cpu'];
const precisions: readonly Precision[] = ['float32', 'mixed'];

/**
 * Makes the named engine the current one.
 *
 * @param blas 'auto', 'off' or a library's path, for the products of the wasm engine
 * @param precision 'float32', or 'mixed' for webgpu
 * @throws UsageError for an unknown name, and for a precision that the engine has not; Failure when the engine does not start
 */
export async function startEngine(name: string, blas: string, precision = 'float32'): Promise<BackendInfo> {
  if (!names.includes(name as BackendName))
    throw new UsageError(`--backend ${name}: there is no such engine; want ${names.join(', ')}`);
  if (!precisions.includes(precision as Precision))
    throw new UsageError(`--precision ${precision}: there is no such precision; want ${precisions.join(' or ')}`);
  if (precision === 'mixed' && (name === 'wasm' || name === 'cpu'))
    throw new UsageError(`--precision mixed: the engine ${name} knows float32 alone; take --backend webgpu`);
  enableRelaxedSimd();
  try {
    return await useBackend(name as BackendName, { blas, precision: precision as Precision });
  } catch (error) {
    throw new Failure(`the engine ${name} does not start: ${messageOf(error)} \`orchid doctor\` says more.`, {
      cause: error,
    });
  }
}
