// The bidirectional language model: fills in masked characters, bytes or other tokens.
import type { ConfigOf } from '../config/index.ts';
import { OrchidSequenceModel } from './orchid-sequence-model.ts';

/** Masked language model. By default the output layer is the embedding table (with a bias of its own). */
export class MaskedLanguageModel extends OrchidSequenceModel<ConfigOf<'orchid-masked-lm'>> {}
