// Masked modelling of genomes: what stands at a place is told from what stands around it.
import { resolve } from 'node:path';
import { DnaDataset, type NucleotideRecord, nucleotides } from '@orchid-ml/datasets';
import { readFasta } from '@orchid-ml/datasets/node';
import { mlmTask } from '@orchid-ml/trainers';
import type { DnaConfig } from '../../config/text-schema.ts';
import { Failure, failing, UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { Saved } from '../../run/saved.ts';
import * as format from '../../ui/format.ts';
import type { EvaluateOptions, Result, TaskKind } from '../kind.ts';
import { lengthFor } from '../length.ts';
import { concludeMasked } from '../masked.ts';
import { modelKeys } from '../model-keys.ts';
import { sequenceModelOf } from '../saved-parts.ts';
import { sharedCopy } from '../shared-memory.ts';

async function readRecords(path: string): Promise<NucleotideRecord[]> {
  const records: NucleotideRecord[] = [];
  for await (const record of readFasta(path)) {
    const read = nucleotides(record);
    // Threads are to see the one copy: a genome may be gigabytes.
    records.push({ ...read, nucleotides: sharedCopy(read.nucleotides) });
  }
  return records;
}

function datasetOf({ data, training, seed }: DnaConfig, records: readonly NucleotideRecord[]): DnaDataset {
  return new DnaDataset({
    records,
    length: data.length,
    batchSize: training.batch_size,
    heldOutFraction: data.held_out_fraction,
    maxUnknown: data.max_unknown,
    reverseComplement: data.reverse_complement,
    softMasked: data.soft_masked,
    maskProbability: data.mask_probability,
    evalMaskProbability: data.eval_mask_probability,
    seed,
  });
}

async function evaluate(saved: Saved, options: EvaluateOptions, io: Io): Promise<Result> {
  const { record, folder } = saved;
  if (record?.config.task !== 'dna')
    throw new Failure(
      `${folder} has no run.json beside it, which says how its genome was cut; give the folder of a run`,
    );
  const model = sequenceModelOf(saved);
  const length = lengthFor(model.config.max_position_embeddings, record.config.data.length, options.length);
  const file = options.data === undefined ? record.sources.data! : resolve(io.cwd, options.data);
  const config = { ...record.config, seed: options.seed ?? record.config.seed };
  const dataset = await failing(async () =>
    datasetOf({ ...config, data: { ...config.data, length } }, await readRecords(file)),
  );
  const { loss, accuracy } = await mlmTask({ dataset }).evaluate(model);
  const unigram = dataset.unigramBaseline();
  return {
    task: 'dna',
    data: `the ends of the records of ${file}`,
    windows: dataset.heldOutWindows,
    length,
    loss,
    accuracy: accuracy!,
    unigramLoss: unigram.loss,
    unigramAccuracy: unigram.accuracy,
  };
}

export const dna: TaskKind<DnaConfig> = {
  name: 'dna',
  title: 'Training Orchid on a genome',
  fixed: ['data.length'],

  sources(options, before, cwd) {
    const data = options.data === undefined ? before?.data : resolve(cwd, options.data);
    if (data === undefined) throw new UsageError('want --data FILE: a genome in FASTA, .gz or not');
    return { data };
  },

  async open(config, { data: file }) {
    const records = await failing(() => readRecords(file!));
    const dataset = await failing(() => datasetOf(config, records));
    const { eval_windows: most } = config.data;
    const unigram = dataset.unigramBaseline(most);
    const baseline = `loss ${format.loss(unigram.loss)}, accuracy ${format.percent(unigram.accuracy)}`;
    const bases = records.reduce((sum, { nucleotides: { length } }) => sum + length, 0);
    return {
      task: mlmTask({ dataset, evaluationWindows: most }),
      model: { model_type: 'orchid-dna', ...modelKeys(config.model, config.data.length) },
      tokenizer: null,
      share: records,
      data: `${file}: ${format.count(bases)} nucleotides in ${format.count(records.length)} records`,
      facts: [
        ['held out', `the end of each record: ${format.count(Math.min(most, dataset.heldOutWindows))} windows used`],
        ['unigram', `${baseline} on the held-out masks: what guessing by frequency reaches`],
      ],
      conclude: (_model, ended) => concludeMasked(ended, baseline),
    };
  },

  taskFor: (config, share) =>
    mlmTask({
      dataset: datasetOf(config, share as NucleotideRecord[]),
      evaluationWindows: config.data.eval_windows,
    }),

  suggest: (program, folder, { training }) => [
    [`${program} predict ${folder} ACGT_ACGTTGCA --mask _`, 'ask it what stands at a place'],
    [`${program} eval ${folder} --data OTHER.fa`, 'measure it on another genome'],
    [`${program} train dna --resume ${folder} --steps ${2 * training.steps}`, 'train on'],
  ],

  evaluate,
  preprocessor: ({ data, model }) => ({
    task: 'fill-mask',
    window: modelKeys(model, data.length).max_position_embeddings,
    add_special_tokens: false,
  }),
};
