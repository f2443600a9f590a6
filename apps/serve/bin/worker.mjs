// A worker thread of the server: built code in a published package, the source in a checkout.
import { existsSync } from 'node:fs';

const source = new URL('../src/workers/worker.ts', import.meta.url);
const built = new URL('../dist/workers/worker.js', import.meta.url);
if (existsSync(source)) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import((existsSync(source) ? source : built).href);
