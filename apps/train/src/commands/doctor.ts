// `orchid doctor`: what this machine can train with, found out by trying it.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem, type } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { GpuInfo } from '@orchid-ml/backends';
import pc from 'picocolors';
import { messageOf } from '../errors.ts';
import { type Io, say } from '../io.ts';
import { type Probe, probe } from '../run/probe.ts';
import { facts } from '../ui/banner.ts';
import * as format from '../ui/format.ts';

const minimumNode = [20, 19] as const;
const packages = [
  '@orchid-ml/train',
  '@orchid-ml/trainers',
  '@orchid-ml/orchid-models',
  '@orchid-ml/dd-conv',
  '@orchid-ml/fft',
  '@orchid-ml/backends',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-webgpu',
  'webgpu',
] as const;

function versionOf(name: string): string {
  try {
    const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  } catch {
    return 'not installed';
  }
}

/** Why runs cannot be saved under `<cwd>/runs`, or null when they can: a file is really written where it would go. */
function cannotWrite(cwd: string): string | null {
  let folder = resolve(cwd, 'runs');
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    const trial = mkdtempSync(join(folder, '.orchid-doctor-'));
    try {
      writeFileSync(join(trial, 'trial'), 'x'.repeat(1 << 16));
    } finally {
      rmSync(trial, { recursive: true, force: true });
    }
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function nodeIsNewEnough(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1]);
}

function engineLine(result: Probe): string {
  if (!result.works) return `${pc.red('no')}   ${result.says}`;
  const heap = result.heapBytes === null ? '' : `; heap ${format.bytes(result.heapBytes)} now, 4 GiB at most`;
  return `${pc.green('ok')}   ${result.says}${heap}`;
}

/** WebGPU is a gain where there is one, and no trouble where there is none. */
function gpuLine({ works, says, gpu }: Probe): string {
  if (!works || !gpu) return `${pc.yellow('none')} ${says.replace(/^useBackend: /, '')}`;
  return gpu.software
    ? `${pc.yellow('ok')}   ${says}, which --backend auto does not take`
    : `${pc.green('ok')}   ${says}`;
}

function gpuLimits({ limits }: GpuInfo): string {
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = limits;
  return (
    `buffers of ${format.bytes(maxBufferSize)}, ${format.bytes(maxStorageBufferBindingSize)} of one bound at once, ` +
    `${maxStorageBuffersPerShaderStage} to a kernel; workgroups of ${limits.maxComputeInvocationsPerWorkgroup} with ` +
    `${format.bytes(limits.maxComputeWorkgroupStorageSize)}`
  );
}

function blasLine({ blas, noBlas }: Probe): string {
  return blas === null
    ? `${pc.yellow('none')} ${noBlas}; matrix products are two to three times slower than they could be`
    : `${pc.green('ok')}   ${blas}`;
}

export async function run(
  _args: readonly string[],
  options: { readonly json?: boolean; readonly blas: string },
  io: Io,
): Promise<number> {
  const wasm = await probe('wasm', options.blas);
  const cpu = await probe('cpu');
  const webgpu = await probe('webgpu');
  const engines = [wasm, cpu, webgpu];
  const unwritable = cannotWrite(io.cwd);
  const troubles = [
    ...(nodeIsNewEnough() ? [] : [`Node ${process.versions.node} is too old; want ${minimumNode.join('.')} or newer`]),
    ...(wasm.works || cpu.works ? [] : ['no engine works']),
    ...(unwritable === null
      ? []
      : [`runs cannot be saved in ${join(io.cwd, 'runs')}: ${unwritable}; choose another folder`]),
  ];
  const warnings = [
    ...(!wasm.works && cpu.works ? ['only the slow cpu engine works: training takes hours instead of minutes'] : []),
    ...(wasm.works && !wasm.simd ? ['the wasm engine runs without SIMD: training is several times slower'] : []),
    ...(freemem() < 2 ** 30 ? [`only ${format.bytes(freemem())} of memory are free`] : []),
  ];
  const versions = Object.fromEntries(packages.map((name) => [name, versionOf(name)]));
  const canTrain = troubles.length === 0;
  if (options.json) {
    say(
      io,
      JSON.stringify({
        canTrain,
        troubles,
        warnings,
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        cores: availableParallelism(),
        memoryBytes: totalmem(),
        engines,
        versions,
      }),
    );
    return canTrain ? 0 : 1;
  }
  say(io, 'This machine');
  facts(io, [
    ['Node', process.version],
    ['system', `${type()} (${process.platform} ${process.arch})`],
    ['processor', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`],
    ['memory', `${format.bytes(totalmem())}, ${format.bytes(freemem())} free`],
    [
      'runs',
      unwritable === null ? `${join(io.cwd, 'runs')} can be written` : `${pc.red('cannot be written')}: ${unwritable}`,
    ],
  ]);
  say(io, '\nEngines (each tried with matrix products, a long convolution and their gradients)');
  facts(io, [
    ['wasm', engineLine(wasm)],
    ...(wasm.works ? ([['BLAS', blasLine(wasm)]] as const) : []),
    ['cpu', engineLine(cpu)],
    ['webgpu', gpuLine(webgpu)],
    ...(webgpu.gpu ? ([['its limits', gpuLimits(webgpu.gpu)]] as const) : []),
  ]);
  say(io, '\nPackages');
  facts(io, Object.entries(versions));
  say(io);
  for (const warning of warnings) say(io, `${pc.yellow('note:')} ${warning}`);
  for (const trouble of troubles) say(io, `${pc.red('trouble:')} ${trouble}`);
  const best = webgpu.gpu?.software === false ? 'webgpu' : wasm.works ? 'wasm' : 'cpu';
  say(io, canTrain ? pc.green(`Training works here, with the engine ${best}.`) : pc.red('Training cannot work here.'));
  return canTrain ? 0 : 1;
}
