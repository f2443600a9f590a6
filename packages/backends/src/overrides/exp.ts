// The exponential by SIMD; tfjs calls the C library once a value.
import { engine } from '../kernels/wasm/engine.ts';
import { unary } from './unary.ts';

export const exp = unary('Exp', (backend, ...where) => engine(backend).exp(...where));
