// @orchid-ml/serve: trained models over HTTP. `orchid serve` is this with a command line.
export { OptionError } from './errors.ts';
export type { ReadyState } from './http/service.ts';
export type { ModelState, ModelStatus } from './models/registry.ts';
export type { ServeOptions } from './options.ts';
export { type ServeContext, type Server, startServer } from './server.ts';
