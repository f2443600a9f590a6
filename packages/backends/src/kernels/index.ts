// Importing this registers every Orchid kernel of this package, for each engine that has one.
import './cpu/gelu.ts';
import './cpu/grouped-conv1d.ts';
import './cpu/layer-norm.ts';
import './cpu/linear.ts';
import './cpu/softmax-cross-entropy.ts';
import './wasm/gelu.ts';
import './wasm/grouped-conv1d.ts';
import './wasm/layer-norm.ts';
import './wasm/linear.ts';
import './wasm/softmax-cross-entropy.ts';
import './webgpu/gelu.ts';
import './webgpu/half-copy.ts';
import './webgpu/layer-norm.ts';
import './webgpu/softmax-cross-entropy.ts';
import './webgpu/grouped-conv1d.ts';
import './webgpu/linear.ts';
