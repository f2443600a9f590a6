// What needs Node's own modules: checkpoints on disk.
export { type CheckpointDirectoryOptions, checkpointDirectory } from './checkpoint-directory.ts';
export { reasonOf } from './errors.ts';
export { type Checkpoint, readCheckpoint, restore } from './read-checkpoint.ts';
export { type StartReplicasOptions, serveReplica, startReplicas } from './replicas.ts';
