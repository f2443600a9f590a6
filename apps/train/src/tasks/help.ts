// What `orchid train <task> --help` says of each task, and the options of its own; apart from the tasks, so that help is quick.
import type { Command } from 'commander';
import type { Task as TaskName } from '../config/schema.ts';

/** What is said of a task without loading it. */
export interface TaskHelp {
  readonly summary: string;
  /** adds the options that say where the data is */
  readonly sources?: (command: Command) => Command;
  /** what stands after `orchid train` */
  readonly examples: readonly string[];
}

/** In the order that help shows them. */
export const taskHelp: Readonly<Record<TaskName, TaskHelp>> = {
  recall: {
    summary: 'train a model on associative recall, to above 99 % in minutes',
    examples: [
      'recall',
      'recall --set data.length=256 --set optimizer.learning_rate=1e-3',
      'recall --preset recall-dft --out runs/dft',
      'recall --resume runs/dft',
    ],
  },
  mlm: {
    summary: 'train a masked-language model on a text file',
    sources: (command) =>
      command
        .option('--text <file>', 'the text to learn from, UTF-8')
        .option('--eval-text <file>', 'text to evaluate on (default: the end of --text is held out)'),
    examples: [
      'mlm --text book.txt',
      'mlm --text book.txt --eval-text other.txt --steps 3000',
      'mlm --text book.txt --set data.tokenizer=byte --set model.num_hidden_layers=4',
    ],
  },
};
