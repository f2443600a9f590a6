// A recall run of seconds through the training loop, for a page and, to compare with, Node: the losses of all its steps.
import { createModel } from '@orchid-ml/orchid-models';
import { AdamW, recallTask, train } from '@orchid-ml/trainers';

/** Trains on the current engine. */
export async function recallLosses(steps: number): Promise<number[]> {
  const model = createModel(
    {
      model_type: 'orchid-recall',
      vocab_size: 8,
      hidden_size: 8,
      num_hidden_layers: 1,
      intermediate_size: 16,
      max_position_embeddings: 16,
      transform: 'dct',
    },
    { seed: 1 },
  );
  const optimizer = new AdamW(model, { learningRate: 2e-3 });
  const task = recallTask({ length: 16, vocabSize: 8, batchSize: 4, seed: 1, evaluationSequences: 8 });
  const losses: number[] = [];
  try {
    const callbacks = { onStep: ({ loss }: { loss: number }) => void losses.push(loss) };
    await train({ model, task, optimizer, steps, evaluateEvery: steps, callbacks });
    return losses;
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}
