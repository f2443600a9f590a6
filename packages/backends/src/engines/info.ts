// Says which engine runs, in words and in fields, so that nobody has to guess (and no fallback stays unseen).
import * as tf from '@tensorflow/tfjs-core';

/** The engines that {@link useBackend} can start. */
export type EngineName = 'wasm' | 'cpu' | 'webgpu';
/** What a user may ask for: an engine by name, or the best one there is. */
export type BackendName = 'auto' | EngineName;

/** What an engine computes and keeps in. */
export type Precision = 'float32' | 'mixed';

export interface UseBackendOptions {
  /**
   * Where a browser finds tfjs-backend-wasm's `.wasm` files: the folder's URL (with a final slash), or a map from file name
   * to URL. Only needed where neither the bundler nor the server can find them; Node never needs it.
   */
  readonly wasmPaths?: string | Readonly<Record<WasmFile, string>>;
  /**
   * In Node, matrix products of the wasm engine can be done by a native library, several times faster: 'auto' (the default)
   * takes OpenBLAS, MKL or Accelerate where the machine has one and the package koffi is installed, 'off' none, anything else
   * is the path of a library. One that cannot be used is said in the `note` and on the console, and not used.
   */
  readonly blas?: 'auto' | 'off' | (string & {});
  /**
   * What the webgpu engine asks its device for: 'adapter' (the default) everything that the adapter has of the features and
   * limits which the kernels use, 'default' no more than every WebGPU device has (16 KiB of workgroup memory, 256 invocations, 8
   * storage buffers, 128 MiB a binding, no features), to see whether a model runs everywhere.
   */
  readonly device?: 'adapter' | 'default';
  /**
   * 'float32' (the default), or 'mixed', for the webgpu engine alone and a device with the feature shader-f16: what training keeps
   * from the forward pass for the gradients is kept in half precision, which takes about half the memory. Everything is still
   * computed in float32, and parameters, outputs, gradients and the optimizer's state are float32. Every call says it anew.
   */
  readonly precision?: Precision;
}

/** The files that tfjs-backend-wasm may ask for. */
export type WasmFile =
  | 'tfjs-backend-wasm.wasm'
  | 'tfjs-backend-wasm-simd.wasm'
  | 'tfjs-backend-wasm-threaded-simd.wasm';

/** What the webgpu engine runs on, and what of it is used. */
export interface GpuInfo {
  /** the adapter in words: 'NVIDIA H100 80GB HBM3', 'llvmpipe: Mesa 25.0.7 ...', or its vendor and architecture */
  readonly adapter: string;
  /** as the adapter says them, '' where it does not */
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** whether the processor plays the GPU: right, and slow */
  readonly software: boolean;
  /** the optional features that the device was made with: of 'shader-f16', 'subgroups' and 'timestamp-query' those it has */
  readonly features: readonly string[];
  /** what the device was asked for, as `useBackend`'s option says it */
  readonly device: 'adapter' | 'default';
  /** bytes of memory of its own, where the adapter says so (Chrome with its developer features switched on); else null */
  readonly memoryBytes: number | null;
  /** what kernels are written against; sizes in bytes */
  readonly limits: Readonly<Record<GpuLimit, number>>;
}

/** The limits that the device is asked for as large as the adapter has them. */
export type GpuLimit =
  | 'maxBufferSize'
  | 'maxStorageBufferBindingSize'
  | 'maxStorageBuffersPerShaderStage'
  | 'maxComputeWorkgroupStorageSize'
  | 'maxComputeInvocationsPerWorkgroup'
  | 'maxComputeWorkgroupSizeX'
  | 'maxComputeWorkgroupSizeY'
  | 'maxComputeWorkgroupSizeZ'
  | 'maxComputeWorkgroupsPerDimension';

/** The running engine. `toString()` is one line for a log. */
export interface BackendInfo {
  /** tfjs's name of the engine: 'wasm', 'cpu', ... */
  readonly name: string;
  /** the engine in words, with its version */
  readonly engine: string;
  /** whether the engine computes with the processor's SIMD instructions */
  readonly simd: boolean;
  /** whether that includes relaxed SIMD, with its fused multiply-add; results then differ in the last bit */
  readonly relaxedSimd: boolean;
  /** how many threads of the processor compute, or feed the GPU */
  readonly threads: number;
  /** the native library that computes matrix products: 'OpenBLAS 0.3.21 for Zen (libopenblas.so.0)', ... */
  readonly blas?: string;
  /** on the wasm engine, why no native library does */
  readonly noBlas?: string;
  /** on the webgpu engine, what it runs on */
  readonly gpu?: GpuInfo;
  /** 'mixed': what training keeps for the gradients is in half precision */
  readonly precision: Precision;
  /** where it runs: 'Node v20.20.2 on linux x64', or the browser's own words */
  readonly platform: string;
  /** what the user should know about the choice, for example why it fell back */
  readonly note?: string;
  toString(): string;
}

/** What only the starting of an engine can know. */
export interface Started {
  readonly engine: string;
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  readonly threads: () => number;
  readonly blas?: string;
  readonly noBlas?: string;
  readonly gpu?: GpuInfo;
  readonly precision?: Precision;
  readonly note?: string;
}

const started = new Map<string, Started>();

/** Keeps what the start of an engine found out, for {@link describeBackend}. */
export function recordStart(name: EngineName, facts: Started): void {
  started.set(name, facts);
}

/**
 * The engine that runs now, whoever started it.
 *
 * @throws Error when no engine has been chosen yet
 */
export function describeBackend(): BackendInfo {
  const name = tf.getBackend() as string | undefined;
  if (!name) throw new Error('describeBackend: no engine runs yet; call `await useBackend()` first');
  const facts = started.get(name);
  const info = {
    name,
    engine: facts?.engine ?? `TensorFlow.js ${tf.version_core}, backend ${name} (not started by useBackend)`,
    simd: facts?.simd ?? false,
    relaxedSimd: facts?.relaxedSimd ?? false,
    threads: facts?.threads() ?? 1,
    ...(facts?.blas === undefined ? {} : { blas: facts.blas }),
    ...(facts?.noBlas === undefined ? {} : { noBlas: facts.noBlas }),
    ...(facts?.gpu === undefined ? {} : { gpu: facts.gpu }),
    precision: facts?.precision ?? ('float32' as const),
    platform: platform(),
    ...(facts?.note === undefined ? {} : { note: facts.note }),
  };
  return { ...info, toString: () => inWords(info) };
}

function inWords(info: Omit<BackendInfo, 'toString'>): string {
  const how = info.gpu ? gpuInWords(info.gpu) : processorInWords(info);
  const products = info.blas === undefined ? '' : `, matrix products by ${info.blas}`;
  const mixed = info.precision === 'mixed' ? ['mixed precision'] : [];
  const line = [info.engine, ...how, ...mixed, info.platform].join(', ') + products;
  return info.note === undefined ? line : `${line} (${info.note})`;
}

function processorInWords(info: Omit<BackendInfo, 'toString'>): string[] {
  const simd = info.relaxedSimd ? 'relaxed SIMD' : info.simd ? 'SIMD' : 'no SIMD';
  return [simd, info.threads === 1 ? '1 thread' : `${info.threads} threads`];
}

function gpuInWords(gpu: GpuInfo): string[] {
  return [
    ...(gpu.software ? ['a software adapter'] : []),
    ...(gpu.device === 'default' ? ['default limits'] : []),
    ...(gpu.features.length ? [gpu.features.join(' + ')] : []),
  ];
}

/** Whether this is Node, and not a page or a page's worker. */
export function isNode(): boolean {
  return typeof process !== 'undefined' && typeof process.versions?.node === 'string';
}

function platform(): string {
  if (isNode()) return `Node ${process.version} on ${process.platform} ${process.arch}`;
  return typeof navigator === 'undefined' ? 'an unknown platform' : navigator.userAgent;
}
