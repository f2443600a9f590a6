// Finds the WebGPU adapter: the page's own or, in Node, Dawn's (npm's `webgpu`). Where there is none it says what to do.
import { isNode } from './info.ts';
import { loadPeer, PeerMissing } from './load-peer.ts';

export interface FoundAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  /** in words */
  readonly name: string;
  /** whether the processor plays the GPU */
  readonly software: boolean;
}

/** Dawn, once loaded. It is kept: what it made lives no longer than it. */
let dawn: GPU | undefined;

/**
 * The adapter with the highest performance.
 *
 * @throws Error that says what to install or to switch on when there is none
 */
export async function findAdapter(): Promise<FoundAdapter> {
  const gpu = ownGpu() ?? (isNode() ? await loadDawn() : undefined);
  if (!gpu) throw new Error(`useBackend: ${noGpuInPage()}`);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error(`useBackend: ${noAdapter()}`);
  return { gpu, adapter, name: nameOf(adapter.info), software: isSoftware(adapter) };
}

/**
 * The adapter of a real GPU, looked for as cheaply and quietly as can be.
 *
 * @returns a string that says why there is none
 */
export async function findHardwareAdapter(): Promise<FoundAdapter | string> {
  if (!ownGpu()) {
    if (!isNode()) return 'this browser has no WebGPU';
    // Without a device file there is no GPU, and Dawn would print what it misses.
    if (process.platform === 'linux' && !hasGpuFile()) return 'this machine has no GPU';
  }
  try {
    const found = await findAdapter();
    return found.software ? `the only WebGPU adapter is ${found.name}, software` : found;
  } catch (error) {
    if (error instanceof PeerMissing) return 'the package webgpu is not installed';
    // What to do about it is for those who ask for webgpu.
    return (error instanceof Error ? error.message : String(error)).replace(/^useBackend: /, '').split(/[.;] /)[0]!;
  }
}

/** What the platform, or whoever prepared it, has as `navigator.gpu`. */
function ownGpu(): GPU | undefined {
  return (globalThis.navigator as Navigator | undefined)?.gpu;
}

async function loadDawn(): Promise<GPU> {
  if (dawn) return dawn;
  // The name in a variable: a bundler would follow it, and a page has no use for native code.
  const name = 'webgpu';
  const { create, globals } = await loadPeer(
    name,
    () => import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<typeof import('webgpu')>,
  );
  // GPUBufferUsage and the like, which pages have too.
  Object.assign(globalThis, globals);
  dawn = create([]);
  return dawn;
}

/** Whether Linux shows any GPU to this process: through its usual drivers, NVIDIA's own, WSL's, or phones'. */
function hasGpuFile(): boolean {
  const { existsSync } = process.getBuiltinModule('node:fs');
  return ['dri', 'nvidiactl', 'dxg', 'kgsl-3d0', 'mali0'].some((file) => existsSync(`/dev/${file}`));
}

function nameOf({ description, device, vendor, architecture }: GPUAdapterInfo): string {
  return description || device || `${vendor} ${architecture}`.trim() || 'an adapter without a name';
}

/** By what it says of itself, and by name: browsers do not show all of it, and not all software says that it is. */
function isSoftware({ info }: GPUAdapter): boolean {
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter || /llvmpipe|lavapipe|softpipe|swiftshader|basic render|\bwarp\b/i.test(words);
}

function noGpuInPage(): string {
  if (!globalThis.isSecureContext) {
    return 'this page has no WebGPU because it is not secure: serve it with https, or from localhost';
  }
  return (
    'this browser has no WebGPU. Chrome and Edge have it from version 113, Safari from 26, Firefox from 141 (Windows); on ' +
    'Linux, Chrome wants chrome://flags/#enable-unsafe-webgpu and #enable-vulkan switched on'
  );
}

function noAdapter(): string {
  if (!isNode()) {
    return (
      'the browser offers no WebGPU adapter: its GPU or driver is on its list of blocked ones (chrome://gpu says why), or ' +
      'graphics acceleration is switched off'
    );
  }
  if (process.platform !== 'linux') return "there is no WebGPU adapter; update the graphics card's driver";
  return (
    "there is no WebGPU adapter, because Vulkan finds no driver. For a GPU, install its maker's driver or `apt-get install " +
    'mesa-vulkan-drivers libvulkan1`; these also bring llvmpipe, which computes on the processor (Mesa 24 or newer: on Debian ' +
    '12 from bookworm-backports, `apt-get install -t bookworm-backports mesa-vulkan-drivers libvulkan1`)'
  );
}
