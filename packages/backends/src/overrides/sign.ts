// The sign by SIMD, for the gradient of abs; tfjs branches for each value.
import { engine } from '../kernels/wasm/engine.ts';
import { unary } from './unary.ts';

export const sign = unary('Sign', (backend, ...where) => engine(backend).sign(...where));
