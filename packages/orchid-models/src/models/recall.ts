// The model of the in-context-learning task: reads key-value pairs and a query, and names the value.
import type { ConfigOf } from '../config/index.ts';
import { OrchidSequenceModel } from './orchid-sequence-model.ts';

/**
 * Associative recall. The answer is read at the last position, so train and ask with `positions: 'last'`.
 * At its defaults with vocabulary 20: 2 layers, D 64, MLP 4×, 160,020 parameters.
 */
export class RecallModel extends OrchidSequenceModel<ConfigOf<'orchid-recall'>> {}
