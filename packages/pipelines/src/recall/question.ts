// A recall sequence as people type it: keys and values by their names, or ids.
import { parseRecall, type RecallQuestion, recallBatches, recallVocabulary } from '@orchid-ml/datasets';
import { cut } from '../checks.ts';
import { InputError } from '../input-error.ts';

/** Names of the tokens: keys `k0`..., values `v0`..., `=>` and `.`. */
export function recallTokenName(id: number, vocabSize: number): string {
  const { keys, prefix, noop } = recallVocabulary(vocabSize);
  if (id === prefix) return '=>';
  if (id === noop) return '.';
  return id < keys ? `k${id}` : `v${id - keys}`;
}

/** A sequence as people read it. */
export function recallText(ids: ArrayLike<number>, vocabSize: number): string {
  return Array.from(ids, (id) => recallTokenName(id, vocabSize)).join(' ');
}

/** A sequence drawn at random, as {@link recallText} writes it. */
export function drawRecallSequence(vocabSize: number, length: number, seed: number): string {
  const { ids } = recallBatches({ length, vocabSize, batchSize: 1, seed, stream: 'predict' }).next();
  return recallText(ids, vocabSize);
}

/**
 * Reads a typed sequence; tokens are names (`k3 v5 ... => k3`) or ids. Its pairs are repeated up to the length that the
 * model was trained on: a model knows its own length best, and a pair seen twice says the same as a pair seen once.
 *
 * @param length of the sequences in training
 * @param longest the most tokens the model takes
 * @throws InputError saying which token does not fit
 */
export function readQuestion(text: string, vocabSize: number, length: number, longest: number): RecallQuestion {
  const { keys, noop } = recallVocabulary(vocabSize);
  const fail = (message: string, cause?: unknown): never => {
    throw new InputError('sequence', message, cause === undefined ? undefined : { cause });
  };
  const words = text.split(/[\s,]+/).filter(Boolean);
  if (words.length > longest) fail(`the sequence has ${words.length} tokens; the model takes at most ${longest}`);
  const numbers = words.map((word, i) => {
    const named = /^([kv])(\d+)$/i.exec(word);
    // No id is so long, and what refuses it quotes it.
    if (!named) return cut(word);
    const number = Number(named[2]);
    if (number >= keys) {
      const known = `the model knows the keys k0 to k${keys - 1} and the values v0 to v${keys - 1}`;
      fail(`token ${i + 1} is ${cut(word)}; ${known}`);
    }
    return String(named[1]!.toLowerCase() === 'k' ? number : keys + number);
  });
  const typed = parsed(numbers.join(' '), vocabSize, (message, cause) => {
    const example = `k3 v5 k1 v2 => k1 (or ids: 3 ${keys + 5} 1 ${keys + 2} => 1)`;
    return fail(`${message}. An example: ${example}`, cause);
  });
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

function parsed(text: string, vocabSize: number, fail: (message: string, cause: unknown) => never): RecallQuestion {
  try {
    return parseRecall(text, vocabSize);
  } catch (error) {
    return fail((error as Error).message, error);
  }
}
