// node apps/serve/bench/load.mjs [MODEL] [--seconds 60] [--workers N] [--connections 192] [--deadline-ms 5000] [--write]
//
// A server, a generator of requests and a few bad days: see parts/load.ts. MODEL is the folder of a recall or a masked-language
// model, or of its run; without it one with fresh weights is made. Ends with exit code 1 when something is not as it should be.
import { register } from 'tsx/esm/api';

register();
await import('./parts/load.ts');
