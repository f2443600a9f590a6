// From a preset's table of model keys to a model's configuration.

/** The keys as they are, with the longest sequence that the model is for, where null leaves it to the data. */
export function modelKeys<M extends { readonly max_position_embeddings: number | null }>(model: M, length: number) {
  return { ...model, max_position_embeddings: model.max_position_embeddings ?? length };
}
