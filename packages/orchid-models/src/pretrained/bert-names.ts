// The names under which BERT's tensors are found in files, as the names that our model and today's transformers give them.
import type { SafetensorsTensor } from '../safetensors/index.ts';

type Tensors = ReadonlyMap<string, Readonly<SafetensorsTensor>>;

const DECODER = 'cls.predictions.decoder.weight';
const DECODER_BIAS = 'cls.predictions.decoder.bias';
const BIAS = 'cls.predictions.bias';
const TABLE = 'bert.embeddings.word_embeddings.weight';

/**
 * Files differ in this: the body's names may lack the prefix `bert.`, norms may have `gamma` and `beta`, positions may be stored
 * as a buffer (which counts 0, 1, 2, ... and is left out), and the tied decoder and its bias may be stored a second time.
 *
 * @param wanted the names of the model's parameters
 * @throws Error when two tensors come to have one name, or the decoder of a model that ties it is not the embedding table
 */
export function bertNames(tensors: Tensors, wanted: ReadonlySet<string>): Map<string, Readonly<SafetensorsTensor>> {
  const found = new Map<string, Readonly<SafetensorsTensor>>();
  for (const [name, tensor] of tensors) {
    if (name.endsWith('embeddings.position_ids')) continue;
    const today = name.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias');
    const full = /^(embeddings|encoder|pooler)\./.test(today) ? `bert.${today}` : today;
    if (found.has(full)) throw new Error(`two tensors of the file are '${full}', one of them called '${name}'`);
    found.set(full, tensor);
  }
  if (wanted.has(BIAS) && !found.has(BIAS)) move(found, DECODER_BIAS, BIAS);
  dropCopy(found, wanted, DECODER_BIAS, BIAS, 'the bias of the masked-lm head');
  dropCopy(found, wanted, DECODER, TABLE, 'the embedding table; if they are two, say so by tie_word_embeddings: false');
  return found;
}

function move(tensors: Map<string, Readonly<SafetensorsTensor>>, from: string, to: string): void {
  const tensor = tensors.get(from);
  if (tensor === undefined) return;
  tensors.set(to, tensor);
  tensors.delete(from);
}

/** Leaves out a tensor that the model does not have because it is another one's copy. */
function dropCopy(
  tensors: Map<string, Readonly<SafetensorsTensor>>,
  wanted: ReadonlySet<string>,
  copy: string,
  original: string,
  what: string,
): void {
  const [a, b] = [tensors.get(copy), tensors.get(original)];
  // A head that is not wanted is told of as unused, whatever it holds.
  if (a === undefined || b === undefined || wanted.has(copy) || !wanted.has(BIAS)) return;
  const isSame = a.data.length === b.data.length && a.data.every((value, i) => value === b.data[i]);
  if (!isSame) throw new Error(`'${copy}' is not a copy of '${original}', ${what}`);
  tensors.delete(copy);
}
