// Where a page finds tfjs-backend-wasm's .wasm files. Node needs nothing: the package reads its own folder.
import { isNode, type WasmFile } from './info.ts';

/** URLs of the engine's files, or nothing in Node. */
export function locateWasmFiles(): Record<WasmFile, string> | undefined {
  if (isNode()) return undefined;
  return undefined;
}
