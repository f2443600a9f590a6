// The search for the engine's files in a browser, with a network made up here.
import { afterEach, expect, test, vi } from 'vitest';
import { findWasmFiles, type WasmFiles } from './wasm-files.ts';

const place = (folder: string): WasmFiles => ({
  'tfjs-backend-wasm.wasm': `${folder}a.wasm`,
  'tfjs-backend-wasm-simd.wasm': `${folder}b.wasm`,
  'tfjs-backend-wasm-threaded-simd.wasm': `${folder}c.wasm`,
});

const replies: Record<string, () => Response> = {
  '/gone/b.wasm': () => new Response('not found', { status: 404 }),
  '/page/b.wasm': () => new Response('<!doctype html>', { status: 200 }),
  '/here/b.wasm': () => new Response(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1)),
};

function network(): void {
  vi.stubGlobal('fetch', async (url: string) => {
    const reply = replies[url];
    if (!reply) throw new TypeError('Failed to fetch');
    return reply();
  });
}

afterEach(() => vi.unstubAllGlobals());

test('the first place that serves wasm is taken; a page with status 200 is none', async () => {
  network();
  const files = await findWasmFiles(['/gone/', '/page/', '/nowhere/', '/here/'].map(place));
  expect(files).toEqual(place('/here/'));
});

test('nothing found: where it looked, and what to pass', async () => {
  network();
  await expect(findWasmFiles(['/gone/', '/page/'].map(place))).rejects.toThrow(
    /looked at \/gone\/b\.wasm, \/page\/b\.wasm.*pass useBackend\('wasm', \{ wasmPaths: '\/wasm\/' \}\)/,
  );
});
