// The engines that there are for a visitor.

/** What a visitor may choose. 'auto': webgpu where there is a GPU for it, never a software adapter, else wasm. */
export type EngineChoice = 'auto' | 'wasm' | 'webgpu';

/** The engine that runs. */
export interface EngineFacts {
  readonly name: 'wasm' | 'webgpu';
  /** one line for people */
  readonly words: string;
  /** the adapter of webgpu; null on wasm */
  readonly adapter: string | null;
  /** whether the processor plays the GPU */
  readonly software: boolean;
  /** why 'auto' chose it; null where it was asked for */
  readonly note: string | null;
}
