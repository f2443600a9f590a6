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

const data = (what: string) => (command: Command) => command.option('--data <path>', what);

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
  mqar: {
    summary: 'train a model on multi-query associative recall, which tells architectures apart',
    examples: ['mqar', 'mqar --set data.length=256 --set model.mixer=hyena'],
  },
  bert: {
    summary: 'pre-train Orchid-BERT on text of any size',
    sources: (command) =>
      command
        .option(
          '--text <path>',
          'a file or folder of texts (.txt, .jsonl, .parquet, .gz), or hub:owner/name[@revision][/files]',
        )
        .option('--eval-text <path>', 'texts to evaluate on (default: the first windows of --text)')
        .option(
          '--tokenizer <name>',
          "a tokenizer, such as BERT's: a folder, or owner/name on the hub (default: one learned from the text)",
        ),
    examples: [
      'bert --text corpus --tokenizer bert-base-uncased',
      'bert --preset bert-large --text "hub:allenai/c4/en/c4-train.*.json.gz" --tokenizer bert-base-uncased',
      'bert --preset bert-tiny --text book.txt',
    ],
  },
  glue: {
    summary: 'train a model to tell texts apart, on a task of GLUE',
    sources: (command) =>
      command
        .option('--data <dir>', "the folder of the task's train.tsv and dev.tsv")
        .option('--from <model>', 'a pretrained model to go on from: a folder, or owner/name on the hub')
        .option(
          '--tokenizer <dir>',
          'a tokenizer: a folder, or owner/name on the hub (default: that of --from, or one learned from the texts)',
        ),
    examples: [
      'glue --preset glue-sst2 --data glue/SST-2',
      'glue --preset glue-cola --data glue/CoLA --from runs/bert/checkpoint',
      'glue --preset glue-rte --data glue/RTE --set model.mixer=attention',
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
  dna: {
    summary: 'train a masked model on a genome in FASTA',
    sources: data('the FASTA file, .gz or not'),
    examples: ['dna --data genome.fa', 'dna --data genome.fa.gz --set model.reverse_complement=true'],
  },
  mnist: {
    summary: 'train a model on handwritten digits',
    sources: data("the folder of MNIST's four files, .gz or not"),
    examples: ['mnist --data mnist', 'mnist --data mnist --set model.mixer=attention'],
  },
  cifar10: {
    summary: 'train a model on small photographs of ten kinds of things',
    sources: data("the folder of CIFAR-10's binary version, or of train and test, folders or .tar.gz of images"),
    examples: ['cifar10 --data cifar-10-batches-bin', 'cifar10 --data cifar10 --set data.rand_augment=2'],
  },
  imagenet: {
    summary: 'train a model on folders of photographs, however many',
    sources: data('a folder with train and val, each with a folder of images for each class'),
    examples: ['imagenet --data imagenet', 'imagenet --data pets --set data.image_size=64 --set model.patch_size=8'],
  },
  'speech-commands': {
    summary: 'train a model on spoken words, from the waveform',
    sources: data('the folder of Speech Commands or of FSDD, or a .tar.gz of it'),
    examples: [
      'speech-commands --data speech_commands_v0.02',
      'speech-commands --data words.tar.gz --set data.parts=speakers',
      'speech-commands --preset fsdd --data recordings.tar.gz',
    ],
  },
};
