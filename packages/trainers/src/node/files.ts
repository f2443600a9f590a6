// The names of a checkpoint's files.
export const FILES = {
  weights: 'model.safetensors',
  config: 'config.json',
  optimizer: 'optimizer.safetensors',
  state: 'trainer_state.json',
  tokenizer: 'tokenizer.json',
  preprocessor: 'preprocessor_config.json',
} as const;

export const CHECKPOINT_FILES: ReadonlySet<string> = new Set(Object.values(FILES));
