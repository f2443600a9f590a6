// node apps/serve/bench/fuzz.mjs [--count 10000] [--seed 1] [--write]
//
// Malformed requests by the thousand: see parts/fuzz.ts. Ends with exit code 1 when one gets anything but a refusal, or when
// the memory of the server grows.
import { register } from 'tsx/esm/api';

register();
await import('./parts/fuzz.ts');
