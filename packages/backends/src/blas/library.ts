// A BLAS library opened: which one it is, kept to one thread, and its cblas_sgemm.
import { type Koffi, type Library, type Native, reason } from './koffi.ts';

export interface BlasLibrary {
  /** in words, with version and file */
  readonly name: string;
  /** cblas_sgemm with 32-bit integers; matrices by their addresses */
  readonly sgemm: Native;
  readonly addressOf: (array: Uint8Array) => bigint;
}

const int = 'int';
const matrix = 'void *';
const sgemmArguments = [int, int, int, int, int, int, 'float', matrix, int, matrix, int, 'float', matrix, int];

/**
 * Opens the library at `path` (a file, or a name that the system's loader finds).
 *
 * @throws Error that says what is wrong: no library, no cblas_sgemm, 64-bit integers
 */
export function openLibrary(koffi: Koffi, path: string): BlasLibrary {
  const library = koffi.load(path);
  // First of all, and before the library computes anything: each thread that trains has a core of its own already.
  const name = keepToOneThread(library, path);
  let sgemm: Native;
  try {
    sgemm = library.func('cblas_sgemm', 'void', sgemmArguments);
  } catch (error) {
    throw new Error(`it is no BLAS with a C interface: ${reason(error)}`, { cause: error });
  }
  return { name, sgemm, addressOf: (array) => koffi.address(array) };
}

/** Says which library it is, too, since each has its own way. */
function keepToOneThread(library: Library, path: string): string {
  const openblas = optional(library, 'openblas_set_num_threads', 'void', [int]);
  if (openblas) {
    openblas(1);
    const config = String(optional(library, 'openblas_get_config', 'const char *', [])?.() ?? 'OpenBLAS');
    if (config.includes('USE64BITINT'))
      throw new Error('it is a build of OpenBLAS with 64-bit integers; 32 are wanted');
    const core = optional(library, 'openblas_get_corename', 'const char *', [])?.();
    const version = /OpenBLAS [\d.]+/.exec(config)?.[0] ?? 'OpenBLAS';
    return `${version}${core ? ` for ${core}` : ''} (${path})`;
  }
  const mklThreads = optional(library, 'MKL_Set_Num_Threads', 'void', [int]);
  if (mklThreads) {
    // 0 is MKL_INTERFACE_LP64, 1 MKL_THREADING_SEQUENTIAL: integers of 32 bits, and no OpenMP runtime is looked for.
    optional(library, 'MKL_Set_Interface_Layer', int, [int])?.(0);
    optional(library, 'MKL_Set_Threading_Layer', int, [int])?.(1);
    mklThreads(1);
    const version = new Uint8Array(200);
    optional(library, 'MKL_Get_Version_String', 'void', ['void *', int])?.(version, version.length);
    const words = new TextDecoder().decode(version.subarray(0, version.indexOf(0))).trim();
    return `${words || 'Intel MKL'} (${path})`;
  }
  // Accelerate: 1 is BLAS_THREADING_SINGLE_THREADED, known since macOS 15.
  optional(library, 'BLASSetThreading', int, [int])?.(1);
  return path.includes('Accelerate.framework') ? 'Apple Accelerate' : `BLAS (${path})`;
}

function optional(library: Library, name: string, result: string, args: readonly string[]): Native | undefined {
  try {
    return library.func(name, result, args);
  } catch {
    // The only thing it can throw: the library has no function of this name.
    return undefined;
  }
}
