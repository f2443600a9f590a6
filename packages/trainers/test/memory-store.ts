// For tests: a store of checkpoints that keeps copies in memory.
import type { SafetensorsTensor } from '@orchid-ml/orchid-models';
import type { CheckpointStore, TrainerState } from '../src/checkpoints.ts';
import type { TinyModel } from './tiny.ts';

export interface Kept {
  readonly state: TrainerState;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly optimizer: ReadonlyMap<string, SafetensorsTensor>;
}

export class MemoryStore implements CheckpointStore<TinyModel> {
  prepared = 0;
  saved: Kept[] = [];

  get last(): string | undefined {
    return this.saved.length > 0 ? `memory ${this.saved.at(-1)!.state.step}` : undefined;
  }

  async prepare() {
    this.prepared++;
  }

  async save({ model, optimizer, state }: Parameters<CheckpointStore<TinyModel>['save']>[0]) {
    const weights = new Map<string, Float32Array>();
    for (const [name, { value }] of model.namedParameters()) weights.set(name, Float32Array.from(await value.data()));
    this.saved.push({ state: JSON.parse(JSON.stringify(state)), weights, optimizer: await optimizer.state() });
    return this.last!;
  }
}
