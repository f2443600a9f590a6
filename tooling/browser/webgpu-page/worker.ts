// A Web Worker that runs cases.
import { runCase } from './run-case.ts';

addEventListener('message', async ({ data }: MessageEvent<string>) => {
  (globalThis as unknown as Worker).postMessage(await runCase(data));
});
