// The cells of a study: which models are trained at which lengths, and the command of each.
import { leaves, type Task } from '../config/schema.ts';
import { UsageError } from '../errors.ts';

/** What a study compares. */
export interface StudyPlan {
  readonly task: Task;
  readonly mixers: readonly string[];
  /** values of data.length; null leaves it to the preset */
  readonly lengths: readonly (number | null)[];
  readonly seeds: readonly number[];
  /** what every cell's `orchid train` is given as it is */
  readonly shared: readonly string[];
  /** keys that --set names in {@link shared} */
  readonly set: readonly string[];
}

/** One model to train. */
export interface Cell {
  readonly mixer: string;
  readonly length: number | null;
  readonly seed: number;
  /** of its folder, within the study's */
  readonly name: string;
  /** for `orchid train`, without the folder and the number of steps */
  readonly argv: readonly string[];
}

/** These see no order in a sequence but that of position embeddings. */
const blindToOrder = ['attention', 'linformer', 'reformer', 'routing'];

/** @throws UsageError for lengths or mixers that the task has no key for */
export function cellsOf({ task, mixers, lengths, seeds, shared, set }: StudyPlan): Cell[] {
  const keys = new Map(leaves(task).map(({ key, schema }) => [key, schema] as const));
  for (const mixer of mixers) {
    const issue = keys.get('model.mixer')?.safeParse(mixer).error?.issues[0];
    if (issue) throw new UsageError(`--mixer ${mixer}: there is no such mixer; ${issue.message}`);
  }
  if (lengths.some((length) => length !== null) && !keys.has('data.length'))
    throw new UsageError(`--length: the data of ${task} has the length that it has; leave --length out`);
  const needsPositions = keys.has('model.position_embedding_type') && !set.includes('model.position_embedding_type');
  return lengths.flatMap((length) =>
    mixers.flatMap((mixer) =>
      seeds.map((seed) => {
        const assignments = [
          `model.mixer=${mixer}`,
          ...(length === null ? [] : [`data.length=${length}`]),
          ...(needsPositions && blindToOrder.includes(mixer) ? ['model.position_embedding_type=absolute'] : []),
        ];
        const name = [mixer, ...(length === null ? [] : [length]), ...(seeds.length > 1 ? [`seed-${seed}`] : [])];
        return {
          mixer,
          length,
          seed,
          name: name.join('-'),
          argv: ['train', task, ...shared, '--seed', String(seed), ...assignments.flatMap((one) => ['--set', one])],
        };
      }),
    ),
  );
}
