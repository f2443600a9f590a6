// Where a page finds tfjs-backend-wasm's .wasm files. Node needs nothing: the package reads its own folder.
import type { WasmFile } from './info.ts';

export type WasmFiles = Readonly<Record<WasmFile, string>>;

const inNodeModules = '/node_modules/@tensorflow/tfjs-backend-wasm/dist/';

/**
 * Where the files may be, likeliest first. Vite and webpack see `new URL('package/file', import.meta.url)` when they build,
 * bring the file along and put its address there. Vite's development server leaves such an address as it is, so next come
 * the node_modules that this very module came from, and the one of a server at the project's root.
 */
function candidates(): WasmFiles[] {
  return [
    {
      'tfjs-backend-wasm.wasm': new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url)
        .href,
      'tfjs-backend-wasm-simd.wasm': new URL(
        '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
        import.meta.url,
      ).href,
      'tfjs-backend-wasm-threaded-simd.wasm': new URL(
        '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
        import.meta.url,
      ).href,
    },
    inFolder(neighbour(import.meta.url)),
    inFolder(new URL(inNodeModules, location.href).href),
  ];
}

/** The package's folder in the innermost node_modules of the module's own address; the server's root where it has none. */
function neighbour(moduleUrl: string): string {
  const end = Math.max(0, moduleUrl.lastIndexOf('/node_modules/'));
  return `${moduleUrl.slice(0, end)}${inNodeModules}`;
}

function inFolder(folder: string): WasmFiles {
  return {
    'tfjs-backend-wasm.wasm': `${folder}tfjs-backend-wasm.wasm`,
    'tfjs-backend-wasm-simd.wasm': `${folder}tfjs-backend-wasm-simd.wasm`,
    'tfjs-backend-wasm-threaded-simd.wasm': `${folder}tfjs-backend-wasm-threaded-simd.wasm`,
  };
}

/**
 * The first place that really serves the files.
 *
 * @throws Error that lists the places tried and says what to pass
 */
export async function findWasmFiles(places: readonly WasmFiles[] = candidates()): Promise<WasmFiles> {
  const tried: string[] = [];
  for (const files of places) {
    const url = files['tfjs-backend-wasm-simd.wasm'];
    if (tried.includes(url)) continue;
    if (await servesWasm(url)) return files;
    tried.push(url);
  }
  throw new Error(
    `useBackend: cannot find tfjs-backend-wasm-simd.wasm; looked at ${tried.join(', ')}. Copy the .wasm files of ` +
      'node_modules/@tensorflow/tfjs-backend-wasm/dist to a folder that your server serves, say wasm, and pass ' +
      "useBackend('wasm', { wasmPaths: '/wasm/' })",
  );
}

/** A page for a missing file comes with status 200 from many servers, so the first bytes decide. */
async function servesWasm(url: string): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin' });
  } catch {
    // A network error is one way of not being there; the caller names every place that was not.
    return false;
  }
  if (!response.ok || !response.body) return false;
  const reader = response.body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return value !== undefined && value[0] === 0 && value[1] === 0x61 && value[2] === 0x73 && value[3] === 0x6d;
}
