// Sine and cosine to float32's accuracy on every device.
import type { KernelFunc } from '@tensorflow/tfjs-core';
import { input, type KernelArguments, sizeOf } from '../../kernels/register.ts';
import { runElementwise } from '../../kernels/webgpu/run.ts';
import { makeOutput, type Program, type WebGpuBackend } from '../../webgpu-host/index.ts';
import { cosProgram, sinProgram } from '../../wgsl/sin-cos.ts';
import { type Lane, laneOf } from '../../wgsl/values.ts';

function wave(program: (lane: Lane) => Program): KernelFunc {
  const compute = (args: KernelArguments<WebGpuBackend>) => {
    const x = input(args, 'x');
    const y = makeOutput(args.backend, x.shape);
    const lane = laneOf(sizeOf(x.shape));
    runElementwise(args.backend, program(lane), lane, sizeOf(x.shape), { x, y });
    return y;
  };
  return compute as unknown as KernelFunc;
}

export const sin = (): KernelFunc => wave(sinProgram);
export const cos = (): KernelFunc => wave(cosProgram);
