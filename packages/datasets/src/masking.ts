// BERT's masking: which positions the model must guess, and what it sees there instead.
import type { OrdinaryIds } from './ordinary.ts';
import type { Rng } from './rng.ts';

/** The label of a position that is not to be guessed, as in PyTorch's cross-entropy. */
export const IGNORED = -100;

export interface MaskingOptions {
  /** Chance of a position to be chosen, in (0, 1). */
  readonly probability: number;
  readonly maskId: number;
  /** The others are special: never chosen, never drawn as a replacement. */
  readonly ordinary: OrdinaryIds;
  /** Whether a position may be asked for at all, special or not. Default: each. */
  readonly isAsked?: (position: number) => boolean;
}

export interface Masked {
  /** int32, as long as the input: what the model sees */
  readonly ids: Int32Array;
  /** int32, as long as the input: the token to guess, {@link IGNORED} elsewhere */
  readonly labels: Int32Array;
  /** int32 [M], ascending: flat indices of the chosen positions */
  readonly maskedPositions: Int32Array;
  /** int32 [M]: the tokens to guess there */
  readonly maskedLabels: Int32Array;
}

/**
 * Chooses every ordinary position with the given probability; of the chosen, 80 % become the mask token, 10 % a random
 * ordinary token, 10 % stay (Devlin et al., BERT, section 3.1). If chance chooses none, one ordinary position is taken,
 * so that a batch always has a loss; M is 0 only if there is no ordinary token.
 */
export function maskTokens(tokens: Int32Array, options: MaskingOptions, rng: Rng): Masked {
  const { probability, maskId, ordinary: vocabulary, isAsked } = options;
  const chosen: number[] = [];
  const ordinary: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (vocabulary.isSpecial(tokens[i]!) || isAsked?.(i) === false) continue;
    ordinary.push(i);
    if (rng.uniform() < probability) chosen.push(i);
  }
  if (chosen.length === 0 && ordinary.length > 0) chosen.push(ordinary[rng.integer(ordinary.length)]!);
  const ids = Int32Array.from(tokens);
  const labels = new Int32Array(tokens.length).fill(IGNORED);
  for (const i of chosen) {
    labels[i] = tokens[i]!;
    const fate = rng.uniform();
    if (fate < 0.8) ids[i] = maskId;
    else if (fate < 0.9) ids[i] = vocabulary.draw(rng);
  }
  const maskedPositions = Int32Array.from(chosen);
  return { ids, labels, maskedPositions, maskedLabels: maskedPositions.map((i) => tokens[i]!) };
}
