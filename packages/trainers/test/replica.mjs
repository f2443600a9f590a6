// The worker thread of this package's tests: registers tsx, because Node cannot read TypeScript, and goes on in TypeScript.
import { register } from 'tsx/esm/api';

register();
await import('./tiny-replica.ts');
