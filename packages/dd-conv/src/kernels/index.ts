// Registers the package's kernels, whichever engines a program uses: they are text and bytes, they pull no engine in.
import './cpu/dd-conv.ts';
import './cpu/dd-conv-grad.ts';
import './cpu/phase-suppression.ts';
import './cpu/split-complex.ts';
import './wasm/dd-conv.ts';
import './wasm/dd-conv-grad.ts';
import './wasm/phase-suppression.ts';
import './wasm/split-complex.ts';
import './webgpu/split-complex.ts';
import './webgpu/dd-conv.ts';
import './webgpu/dd-conv-grad.ts';
import './webgpu/phase-suppression.ts';
import './webgpu/phase-suppression-grad.ts';
