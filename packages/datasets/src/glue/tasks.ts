// The nine tasks of GLUE (Wang et al. 2018) as a table: where texts and labels stand in the files that GLUE hands out and in
// the rows of the hub's nyu-mll/glue, what labels mean, and by which metrics a task is judged.

export type GlueName = 'cola' | 'sst2' | 'mrpc' | 'qqp' | 'stsb' | 'mnli' | 'qnli' | 'rte' | 'wnli';

/** Names of the metrics, as @orchid-ml/trainers has them. */
export type GlueMetric = 'accuracy' | 'f1' | 'matthews' | 'pearson' | 'spearman';

export interface GlueTask {
  readonly name: GlueName;
  /** The folder that GLUE hands out. */
  readonly folder: string;
  /** What label 0, 1, ... is called; null for a task whose label is a number to be predicted. */
  readonly labels: readonly string[] | null;
  /** Smallest and largest number, for a task whose label is one. */
  readonly range?: readonly [number, number];
  /** The first is the one that counts most. */
  readonly metrics: readonly GlueMetric[];
  readonly files: {
    /** File names by split, without `.tsv`. */
    readonly splits: Readonly<Record<string, string>>;
    /** Columns of the texts, one or two. */
    readonly texts: readonly string[];
    readonly label: string;
    /** Columns of the splits whose files have no header. */
    readonly headless?: { readonly splits: readonly string[]; readonly columns: readonly string[] };
  };
  readonly hub: {
    /** Configuration of nyu-mll/glue. */
    readonly subset: string;
    readonly texts: readonly string[];
    readonly label: string;
  };
}

const SPLITS = { train: 'train', dev: 'dev', test: 'test' };
const ENTAILMENT = ['entailment', 'not_entailment'];

export const GLUE_TASKS: Readonly<Record<GlueName, GlueTask>> = {
  cola: {
    name: 'cola',
    folder: 'CoLA',
    labels: ['unacceptable', 'acceptable'],
    metrics: ['matthews', 'accuracy'],
    files: {
      splits: SPLITS,
      texts: ['sentence'],
      label: 'label',
      headless: { splits: ['train', 'dev'], columns: ['source', 'label', 'star', 'sentence'] },
    },
    hub: { subset: 'cola', texts: ['sentence'], label: 'label' },
  },
  sst2: {
    name: 'sst2',
    folder: 'SST-2',
    labels: ['negative', 'positive'],
    metrics: ['accuracy'],
    files: { splits: SPLITS, texts: ['sentence'], label: 'label' },
    hub: { subset: 'sst2', texts: ['sentence'], label: 'label' },
  },
  mrpc: {
    name: 'mrpc',
    folder: 'MRPC',
    labels: ['not_equivalent', 'equivalent'],
    metrics: ['f1', 'accuracy'],
    files: { splits: SPLITS, texts: ['#1 String', '#2 String'], label: 'Quality' },
    hub: { subset: 'mrpc', texts: ['sentence1', 'sentence2'], label: 'label' },
  },
  qqp: {
    name: 'qqp',
    folder: 'QQP',
    labels: ['not_duplicate', 'duplicate'],
    metrics: ['f1', 'accuracy'],
    files: { splits: SPLITS, texts: ['question1', 'question2'], label: 'is_duplicate' },
    hub: { subset: 'qqp', texts: ['question1', 'question2'], label: 'label' },
  },
  stsb: {
    name: 'stsb',
    folder: 'STS-B',
    labels: null,
    range: [0, 5],
    metrics: ['pearson', 'spearman'],
    files: { splits: SPLITS, texts: ['sentence1', 'sentence2'], label: 'score' },
    hub: { subset: 'stsb', texts: ['sentence1', 'sentence2'], label: 'label' },
  },
  mnli: {
    name: 'mnli',
    folder: 'MNLI',
    labels: ['entailment', 'neutral', 'contradiction'],
    metrics: ['accuracy'],
    files: {
      splits: {
        train: 'train',
        dev_matched: 'dev_matched',
        dev_mismatched: 'dev_mismatched',
        test_matched: 'test_matched',
        test_mismatched: 'test_mismatched',
      },
      texts: ['sentence1', 'sentence2'],
      label: 'gold_label',
    },
    hub: { subset: 'mnli', texts: ['premise', 'hypothesis'], label: 'label' },
  },
  qnli: {
    name: 'qnli',
    folder: 'QNLI',
    labels: ENTAILMENT,
    metrics: ['accuracy'],
    files: { splits: SPLITS, texts: ['question', 'sentence'], label: 'label' },
    hub: { subset: 'qnli', texts: ['question', 'sentence'], label: 'label' },
  },
  rte: {
    name: 'rte',
    folder: 'RTE',
    labels: ENTAILMENT,
    metrics: ['accuracy'],
    files: { splits: SPLITS, texts: ['sentence1', 'sentence2'], label: 'label' },
    hub: { subset: 'rte', texts: ['sentence1', 'sentence2'], label: 'label' },
  },
  wnli: {
    name: 'wnli',
    folder: 'WNLI',
    labels: ['not_entailment', 'entailment'],
    metrics: ['accuracy'],
    files: { splits: SPLITS, texts: ['sentence1', 'sentence2'], label: 'label' },
    hub: { subset: 'wnli', texts: ['sentence1', 'sentence2'], label: 'label' },
  },
};

/** A task by its name, however it is written: `SST-2`, `sst2`. @throws Error naming the tasks there are */
export function glueTask(name: string): GlueTask {
  const plain = String(name).toLowerCase().replaceAll(/[-_ ]/g, '');
  const task = (GLUE_TASKS as Readonly<Record<string, GlueTask>>)[plain];
  if (!Object.hasOwn(GLUE_TASKS, plain) || !task)
    throw new Error(`GLUE: task is ${JSON.stringify(name)}; want ${Object.keys(GLUE_TASKS).join(', ')}`);
  return task;
}
