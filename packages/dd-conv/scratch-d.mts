import { useBackend } from '@orchid-ml/backends';
import { dispatch, wgsl } from '@orchid-ml/backends/webgpu-host';
import * as tf from '@tensorflow/tfjs-core';
import { packSideProgram, sideProgram } from './src/wgsl/phase-suppression.ts';
import { convGradProgram, normGradProgram, unpackSideProgram } from './src/wgsl/phase-suppression-grad.ts';

await useBackend('webgpu');
const device = (tf.backend() as any).device as GPUDevice;
const only = process.argv[2];
for (const [n, p] of Object.entries({
  time: sideProgram('vec4f', 128, 1, 3, 'zeros', true, 'values'),
  freq: sideProgram('vec4f', 128, 2, 3, 'zeros', true, 'power'),
  odd: sideProgram('f32', 139, 1, 3, 'zeros', true, 'power'),
  inputGrad: convGradProgram(32, 'vec4f', 128, 2, 3, 'zeros', true, 'power'),
  timeGrad: normGradProgram('vec4f', 128, 1, 3, 'zeros', true, 'values'),
  freqGrad: normGradProgram('vec4f', 128, 2, 3, 'zeros', true, 'power'),
  freqGradC: normGradProgram('f32', 13, 2, 3, 'circular', true, 'power'),
})) {
  if (only && !n.startsWith(only)) continue;
  const s = performance.now();
  const cpu = process.cpuUsage();
  const module = device.createShaderModule({ code: wgsl(p) });
  const pipe = await device.createComputePipelineAsync({ compute: { module, entryPoint: 'main' }, layout: 'auto' });
  const t1 = performance.now() - s;
  const bufs: any = {};
  for (const b of p.buffers) bufs[b.name] = tf.zeros([4096]);
  const params: any = { batch: 1, length: 4, chunks: 1, eps: 1e-5, blocks: 1, slots: 8, near: 32, far: 1 };
  dispatch(tf.backend() as any, p, {
    buffers: bufs,
    params: Object.fromEntries(Object.keys(p.params!).map((k) => [k, params[k]])),
    groups: 1,
  });
  await bufs[p.buffers.at(-1)!.name].data();
  const c = process.cpuUsage(cpu);
  console.log('cpu', ((c.user + c.system) / 1000).toFixed(0), n, (performance.now() - s).toFixed(0), wgsl(p).length);
}
process.exit(0);
