// The names under which ViT's tensors are found in files, as the names that our model and today's transformers give them.
import type { SafetensorsTensor } from '../safetensors/index.ts';

type Tensors = ReadonlyMap<string, Readonly<SafetensorsTensor>>;

/** A body saved by itself (ViTModel) lacks the prefix `vit.`. @throws Error when two tensors come to have one name */
export function vitNames(tensors: Tensors): Map<string, Readonly<SafetensorsTensor>> {
  const found = new Map<string, Readonly<SafetensorsTensor>>();
  for (const [name, tensor] of tensors) {
    const full = /^(embeddings|encoder|layernorm|pooler)\./.test(name) ? `vit.${name}` : name;
    if (found.has(full)) throw new Error(`two tensors of the file are '${full}', one of them called '${name}'`);
    found.set(full, tensor);
  }
  return found;
}
