// The subpath `./browser`: what a page has of its own.
export { type StartReplicasOptions, serveReplica, startReplicas } from './replicas.ts';
