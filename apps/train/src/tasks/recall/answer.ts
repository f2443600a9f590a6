// Asks a recall model one question: a sequence a person typed, or a fresh one, with keys and values by their names.
import { parseRecall, type RecallQuestion, recallBatches, recallVocabulary } from '@orchid-ml/datasets';
import type { SequenceModel } from '@orchid-ml/orchid-models';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf, UsageError } from '../../errors.ts';
import { type Guess, topGuesses } from '../top-guesses.ts';

/** Names of the tokens: keys `k0`..., values `v0`..., `=>` and `.`. */
export function tokenName(id: number, vocabSize: number): string {
  const { keys, prefix, noop } = recallVocabulary(vocabSize);
  if (id === prefix) return '=>';
  if (id === noop) return '.';
  return id < keys ? `k${id}` : `v${id - keys}`;
}

/** A sequence as people read it. */
export function recallText(ids: ArrayLike<number>, vocabSize: number): string {
  return Array.from(ids, (id) => tokenName(id, vocabSize)).join(' ');
}

/**
 * Reads a typed sequence; tokens are names (`k3 v5 ... => k3`) or ids. Its pairs are repeated up to the length that the
 * model was trained on: a model knows its own length best, and a pair seen twice says the same as a pair seen once.
 *
 * @param length of the sequences in training
 * @param longest the most tokens the model takes
 * @throws UsageError saying which token does not fit
 */
export function readQuestion(text: string, vocabSize: number, length: number, longest: number): RecallQuestion {
  const { keys, noop } = recallVocabulary(vocabSize);
  const words = text.split(/[\s,]+/).filter(Boolean);
  const numbers = words.map((word, i) => {
    const named = /^([kv])(\d+)$/i.exec(word);
    if (!named) return word;
    const number = Number(named[2]);
    if (number >= keys)
      throw new UsageError(
        `token ${i + 1} is ${word}; the model knows the keys k0 to k${keys - 1} and the values v0 to v${keys - 1}`,
      );
    return String(named[1]!.toLowerCase() === 'k' ? number : keys + number);
  });
  if (numbers.length > longest)
    throw new UsageError(`the sequence has ${numbers.length} tokens; the model takes at most ${longest}`);
  let typed: RecallQuestion;
  try {
    typed = parseRecall(numbers.join(' '), vocabSize);
  } catch (error) {
    const example = `k3 v5 k1 v2 => k1 (or ids: 3 ${keys + 5} 1 ${keys + 2} => 1)`;
    throw new UsageError(`${messageOf(error)}. An example: ${example}`, { cause: error });
  }
  if (typed.ids.length >= length) return typed;
  const shown = [...typed.ids.slice(0, -2)].filter((id) => id !== noop);
  const room = length - 2;
  const pairs = Array.from({ length: room - (room % 2) }, (_, i, all = room - (room % 2)) => {
    // Counted from the end, so that the typed order stands right before the question.
    const fromEnd = all - i;
    return shown[(shown.length - (fromEnd % shown.length)) % shown.length]!;
  });
  return { ...typed, ids: Int32Array.from([...(room % 2 ? [noop] : []), ...pairs, ...typed.ids.slice(-2)]) };
}

/** A question drawn at random. */
export function drawQuestion(vocabSize: number, length: number, seed: number): RecallQuestion {
  const { ids, labels } = recallBatches({ length, vocabSize, batchSize: 1, seed, stream: 'predict' }).next();
  return { ids, query: ids[ids.length - 1]!, expected: labels[0]! };
}

/** The model's guesses for the token after a sequence. */
export async function answer(model: SequenceModel, ids: Int32Array, top: number): Promise<Guess[]> {
  const input = tf.tensor2d(ids, [1, ids.length], 'int32');
  const logits = model.logits(input, { positions: 'last' });
  try {
    return topGuesses(await logits.data(), top);
  } finally {
    tf.dispose([input, logits]);
  }
}
