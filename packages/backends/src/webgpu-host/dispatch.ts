// Records a program into the engine's own command stream, between tfjs's dispatches: in order, and without a submission or a
// copy of its own.
import { env, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from './backend.ts';
import { enter, guarded } from './health.ts';
import { bytesOfElement, offsetParam, withOffsets } from './offsets.ts';
import { type BufferSlot, type Program, wgsl } from './program.ts';
import { isRecording, record } from './record.ts';
import type { Table } from './tables.ts';
import { TooLargeForDeviceError } from './too-large.ts';

/** A tensor, or so many bytes of it from a byte offset (a multiple of the program's element), or a table. */
export type Bound =
  | TensorInfo
  | { readonly tensor: TensorInfo; readonly offset: number; readonly bytes: number }
  | Table;

export interface DispatchArguments {
  /** for each of the program's buffers */
  readonly buffers: Readonly<Record<string, Bound>>;
  /** for each of the program's params */
  readonly params?: Readonly<Record<string, number>>;
  /** workgroups; none: nothing is done */
  readonly groups: number;
  /** how often all of a buffer is read, where that is not once; for the count of bytes alone */
  readonly times?: Readonly<Record<string, number>>;
}

interface Compiled {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const pipelines = new WeakMap<GPUDevice, WeakMap<Program, Compiled>>();

function compiledFor(device: GPUDevice, program: Program): Compiled {
  let compiled = pipelines.get(device);
  if (!compiled) {
    compiled = new WeakMap();
    pipelines.set(device, compiled);
  }
  let found = compiled.get(program);
  if (!found) {
    const { name, buffers } = program;
    found = guarded(device, `${name}: the shader does not compile`, () => {
      const module = device.createShaderModule({ code: wgsl(program), label: name });
      // not 'auto', which leaves out what a program happens not to read
      const entries: GPUBindGroupLayoutEntry[] = buffers.map(({ access }, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
      }));
      entries.push({ binding: entries.length, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } });
      const layout = device.createBindGroupLayout({ entries, label: name });
      const pipeline = device.createComputePipeline({
        compute: { module, entryPoint: 'main' },
        label: name,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout], label: name }),
      });
      return { pipeline, layout };
    });
    compiled.set(program, found);
  }
  return found;
}

function checkProgram({ limits }: GPUDevice, { name, buffers, workgroupSize }: Program): void {
  const { maxStorageBuffersPerShaderStage: most, maxComputeInvocationsPerWorkgroup: widest } = limits;
  if (buffers.length > most) {
    throw new Error(`${name}: the program binds ${buffers.length} buffers, this device at most ${most}`);
  }
  if (workgroupSize > widest) {
    throw new Error(`${name}: a workgroup has ${workgroupSize} invocations, on this device at most ${widest}`);
  }
}

/**
 * Records one dispatch. Inputs that are still on the host are uploaded; outputs need only exist.
 *
 * @throws Error naming the program: a buffer or parameter that is missing, or larger than the device binds at once; and what
 *   has gone wrong on the device before
 */
export function dispatch(backend: WebGpuBackend, program: Program, args: DispatchArguments): void {
  const { device } = backend;
  enter(device, program.name);
  if (args.groups === 0) return;
  if (!Number.isInteger(args.groups) || args.groups < 0) {
    throw new Error(`${program.name}: groups must be a whole number, got ${args.groups}`);
  }
  checkProgram(device, program);
  upload(backend, program, args);
  const from: Record<string, number> = {};
  const entries: GPUBindGroupEntry[] = program.buffers.map((slot, binding) => {
    const bound = args.buffers[slot.name];
    if (!bound) throw new Error(`${program.name}: nothing is bound to its buffer '${slot.name}'`);
    const [resource, elements] = placed(device, program, slot, resourceOf(backend, bound, slot.access));
    if (elements > 0) from[slot.name] = elements;
    return { binding, resource };
  });
  const run = withOffsets(program, Object.keys(from));
  const { pipeline, layout } = compiledFor(device, run);
  const uniforms = uniformBuffer(backend, run, args, from);
  entries.push({ binding: entries.length, resource: { buffer: uniforms } });
  const bindGroup = device.createBindGroup({ layout, entries, label: program.name });
  backend.ensureCommandEncoderReady();
  backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass();
  const pass = backend.computePassEncoder;
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  const [x, y] = gridOf(args.groups, device.limits.maxComputeWorkgroupsPerDimension);
  pass.dispatchWorkgroups(x, y);
  backend.dispatchCountInPass++;
  if (isRecording()) record(costOf(program, args, entries));
  if (backend.dispatchCountInPass >= env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
}

/** Tensors kept in half precision are expanded by dispatches of their own, after which the commands so far may be submitted. */
function upload(backend: WebGpuBackend, { name, buffers }: Program, args: DispatchArguments): void {
  for (const slot of buffers) {
    const bound = args.buffers[slot.name];
    if (bound && !isTable(bound)) backend.uploadToGPU(('dataId' in bound ? bound : bound.tensor).dataId);
  }
  enter(backend.device, name);
}

function resourceOf(
  backend: WebGpuBackend,
  bound: Bound,
  access: BufferSlot['access'],
): { buffer: GPUBuffer; offset?: number; size?: number } {
  if (isTable(bound)) return { buffer: bound.buffer };
  const tensor = 'dataId' in bound ? bound : bound.tensor;
  backend.commandQueueOwnedIds.add(tensor.dataId);
  const data = backend.tensorMap.get(tensor.dataId);
  // Once read, a tensor's values stay on the host too, where they would outlive a kernel that changes its input.
  if (access === 'read_write') data.values = null;
  const buffer = data.resource as GPUBuffer;
  return 'dataId' in bound ? { buffer } : { buffer, offset: bound.offset, size: bound.bytes };
}

/**
 * Where the device may bind a part, and how many elements after that it begins. What is wrong with it would be reported late, and
 * not by its name.
 */
function placed(
  { limits }: GPUDevice,
  { name }: Program,
  slot: BufferSlot,
  { buffer, offset, size }: GPUBufferBinding,
): [GPUBufferBinding, number] {
  const what = `${name}: '${slot.name}'`;
  const { maxStorageBufferBindingSize: limitBytes, minStorageBufferOffsetAlignment: alignment } = limits;
  let [resource, elements]: [GPUBufferBinding, number] = [{ buffer }, 0];
  if (offset !== undefined && size !== undefined) {
    const each = bytesOfElement(slot.type);
    if (offset % each !== 0) throw new Error(`${what} begins at byte ${offset}, and its elements have ${each}`);
    if (offset < 0 || size <= 0 || offset + size > buffer.size) {
      throw new Error(`${what} is given bytes ${offset} to ${offset + size} of a tensor of ${buffer.size}`);
    }
    const before = offset % alignment;
    resource = { buffer, offset: offset - before, size: size + before };
    elements = before / each;
  }
  const bytes = resource.size ?? buffer.size;
  if (bytes > limitBytes) {
    const op = name;
    throw new TooLargeForDeviceError({
      op,
      what: `'${slot.name}'`,
      bytes,
      limit: 'maxStorageBufferBindingSize',
      limitBytes,
    });
  }
  return [resource, elements];
}

/** By what a table has not: `buffer` is a method of tensors too. */
function isTable(bound: Bound): bound is Table {
  return !('dataId' in bound || 'tensor' in bound);
}

function uniformBuffer(
  backend: WebGpuBackend,
  program: Program,
  args: DispatchArguments,
  from: Readonly<Record<string, number>>,
): GPUBuffer {
  const offsets = Object.fromEntries(Object.entries(from).map(([name, elements]) => [offsetParam(name), elements]));
  const names = Object.entries(program.params ?? {});
  const bytes = Math.ceil((4 * (names.length + 1)) / 16) * 16;
  const view = new DataView(new ArrayBuffer(bytes));
  view.setUint32(0, args.groups, true);
  names.forEach(([name, type], i) => {
    const value = offsets[name] ?? args.params?.[name];
    if (value === undefined) throw new Error(`${program.name}: its parameter '${name}' is not given`);
    if (type === 'f32') view.setFloat32(4 * i + 4, value, true);
    else if (type === 'i32') view.setInt32(4 * i + 4, value, true);
    else view.setUint32(4 * i + 4, value, true);
  });
  const buffer = backend.bufferManager.acquireBuffer(bytes, GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM);
  backend.queue.writeBuffer(buffer, 0, view.buffer);
  backend.uniformPendingDisposal.push(buffer);
  return buffer;
}

/** A linear number of workgroups as a grid: one dimension holds 65,535 on most devices. */
function gridOf(groups: number, most: number): [number, number] {
  if (groups <= most) return [groups, 1];
  const y = Math.ceil(groups / most);
  return [Math.ceil(groups / y), y];
}

function costOf(program: Program, args: DispatchArguments, entries: readonly GPUBindGroupEntry[]) {
  let [readBytes, writtenBytes] = [0, 0];
  program.buffers.forEach(({ name, access }, i) => {
    const bound = args.buffers[name]!;
    if (isTable(bound) && args.times?.[name] === undefined) return; // tables stay in caches
    const size = 'tensor' in bound ? bound.bytes : (entries[i]!.resource as GPUBufferBinding).buffer.size;
    const bytes = size * (args.times?.[name] ?? 1);
    if (access === 'read') readBytes += bytes;
    else writtenBytes += bytes;
  });
  return { name: program.name, workgroups: args.groups, readBytes, writtenBytes };
}
