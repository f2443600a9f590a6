// What tokenizers ask of their arguments, and models of tokenizers.

/** @throws Error unless `text` is a string (JavaScript callers) */
export function checkText(what: string, text: unknown): asserts text is string {
  if (typeof text !== 'string')
    throw new Error(`${what}: text is ${text === null ? 'null' : typeof text}; want a string`);
}

/** @throws Error unless `id` is one of the vocabulary's */
export function checkId(what: string, id: unknown, index: number, vocabSize: number): void {
  if (!Number.isInteger(id) || (id as number) < 0 || (id as number) >= vocabSize) {
    throw new Error(`${what}: ids[${index}] is ${String(id)}; want an integer in 0..${vocabSize - 1}`);
  }
}

/**
 * Says whether a model can take a tokenizer's ids: its embedding must have a row for each.
 *
 * @param vocabSize rows of the model's embedding; more than the tokenizer needs are fine
 * @throws Error when the vocabulary is larger than the embedding
 */
export function checkVocabulary(tokenizer: { readonly vocabSize: number }, vocabSize: number): void {
  if (tokenizer.vocabSize > vocabSize) {
    throw new Error(
      `the tokenizer has ${tokenizer.vocabSize} ids, the model's embedding ${vocabSize} rows (vocab_size); ` +
        `want vocab_size of at least ${tokenizer.vocabSize}, or the tokenizer that the model was made for`,
    );
  }
}
