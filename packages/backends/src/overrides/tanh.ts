// The hyperbolic tangent by SIMD; tfjs calls the C library once a value.
import { engine } from '../kernels/wasm/engine.ts';
import { unary } from './unary.ts';

export const tanh = unary('Tanh', (backend, ...where) => engine(backend).tanh(...where));
