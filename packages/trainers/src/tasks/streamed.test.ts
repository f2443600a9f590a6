// A run over a stream: batches that are promised, evaluated and gone on with from a checkpoint as if it had not stopped.
import { useBackend } from '@orchid-ml/backends';
import { type DocumentFile, MlmStream } from '@orchid-ml/datasets';
import { createModel, loadStateDict, type SequenceModel, stateDict } from '@orchid-ml/orchid-models';
import { ByteTokenizer } from '@orchid-ml/tokenizers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckpointStore, TrainerState } from '../checkpoints.ts';
import { AdamW, mlmTask, train } from '../index.ts';

const tokenizer = new ByteTokenizer();
const documents = Array.from({ length: 60 }, (_, at) => ({
  at,
  next: at + 1,
  text: `${at}: ${'word '.repeat(at % 9)}`,
}));
const file: DocumentFile = {
  name: 'memory',
  id: 'memory',
  async *read(at) {
    for (let from = at; from < documents.length; from += 7) yield documents.slice(from, from + 7);
  },
  find: async (places) => places.map((place) => documents[place]!),
};

async function parts() {
  const model = createModel({
    model_type: 'orchid-masked-lm',
    vocab_size: tokenizer.vocabSize,
    hidden_size: 8,
    num_hidden_layers: 1,
    intermediate_size: 8,
    max_position_embeddings: 16,
  });
  const options = { tokenizer, length: 16, batchSize: 2, seed: 3, buffer: 10, heldOutWindows: 4 };
  const dataset = await MlmStream.open({ files: [file], ...options });
  return { model, task: mlmTask({ dataset }), optimizer: new AdamW(model, { learningRate: 1e-2 }) };
}

async function run(made: Awaited<ReturnType<typeof parts>>, steps: number, more: object = {}) {
  const losses: number[] = [];
  const callbacks = { onStep: ({ loss }: { loss: number }) => void losses.push(loss) };
  const result = await train({ ...made, steps, callbacks, ...more });
  return { losses, result };
}

describe('a streamed task', () => {
  beforeAll(() => useBackend('cpu'));

  it('trains, evaluates, and goes on from a checkpoint with the same losses', async () => {
    const whole = await parts();
    const { losses, result } = await run(whole, 20, { evaluateEvery: 10 });
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    expect(result.scores!.loss).toBeGreaterThan(0);

    let saved: { state: TrainerState; weights: Awaited<ReturnType<typeof stateDict>>; optimizer: object } | undefined;
    const first = await parts();
    const checkpoints: CheckpointStore<SequenceModel> = {
      last: undefined,
      prepare: async () => {},
      async save({ model, optimizer, state }) {
        const optimizerState = await optimizer.state();
        saved = {
          state: JSON.parse(JSON.stringify(state)),
          weights: await stateDict(model),
          optimizer: optimizerState,
        };
        return 'memory';
      },
    };
    await run(first, 12, { checkpoints });

    const second = await parts();
    const { state, weights, optimizer } = saved!;
    loadStateDict(second.model, weights);
    second.optimizer.loadState(optimizer as Parameters<AdamW['loadState']>[0]);
    second.task.state = state.task.state;
    const rest = await run(second, 20, { startStep: state.step });
    expect(rest.losses).toEqual(losses.slice(12));
    for (const { model, optimizer } of [whole, first, second]) {
      optimizer.dispose();
      model.dispose();
    }
  });
});
