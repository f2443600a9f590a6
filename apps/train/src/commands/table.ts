// The table from a command's name to its options, its help and its function. A function is loaded when it is called, so
// that `orchid --help` does not wait for an engine.
import type { Command } from 'commander';
import { listPresets } from '../config/presets.ts';
import { leaves, type Task } from '../config/schema.ts';
import { wanted } from '../config/validate.ts';
import type { Io } from '../io.ts';
import { taskHelp } from '../tasks/help.ts';
import { table as columns } from '../ui/format.ts';
import { atLeastOne, collect, fromZero, list, notNegative, positive, workers } from './parse.ts';

/** A command's function: positional arguments, options, and the window on the world. */
export type Run = (args: readonly string[], options: Record<string, unknown>, io: Io) => Promise<number>;

/** One command. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  /** adds arguments and options */
  readonly shape: (command: Command) => Command;
  /** text after the options: examples first */
  readonly help: () => string;
  readonly load: () => Promise<{ readonly run: unknown }>;
}

const backendOption = ['--backend <name>', 'engine: auto, webgpu, wasm or cpu', 'auto'] as const;
const blasOption = [
  '--blas <library>',
  "matrix products of the wasm engine: auto (the machine's BLAS, if any), off, or a library's path",
  'auto',
] as const;

const precisionText =
  'float32, or mixed (webgpu, on a GPU with shader-f16): what is kept for the gradients takes half the memory';

function trainOptions(command: Command, task: Task): Command {
  return command
    .option('--preset <name>', `a shipped preset, or the path of a YAML file (default: ${task})`)
    .option('--set <key=value>', "replace one of the preset's keys; may be repeated", collect)
    .option('--out <dir>', 'folder of the run (default: runs/<task>-<time>)')
    .option('--resume <dir>', 'go on with an interrupted run, from its last checkpoint')
    .option('--force', 'start anew in an --out folder that holds a run already')
    .option('--seed <n>', 'start of every random number (the key seed)', fromZero)
    .option('--steps <n>', 'optimizer steps at most (the key training.steps)', atLeastOne)
    .option(...backendOption)
    .option(...blasOption)
    .option('--precision <name>', precisionText, 'float32')
    .option(
      '--workers <n>',
      'threads that share each step; auto: every core, for a run of more than seconds, and one on webgpu',
      workers,
      'auto',
    )
    .option('--log-every <seconds>', 'seconds between two log lines when output is not a terminal', atLeastOne, 10);
}

function presetHelp(task: Task): string {
  const presets = listPresets(task).map((preset) => [`  ${preset.name}`, preset.summary]);
  const keys = leaves(task).map((leaf) => [`  ${leaf.key}`, `${leaf.description} (${wanted(leaf.schema)})`]);
  return [
    'Presets:',
    ...columns(presets),
    '',
    'Keys of a preset, for --set key=value and for a YAML file of your own:',
    ...columns(keys),
  ].join('\n');
}

function trainEntry(task: Task): Entry {
  const { summary, sources, examples } = taskHelp[task];
  return {
    name: `train ${task}`,
    summary,
    shape: (command) => {
      const shaped = trainOptions(command, task);
      return sources ? sources(shaped) : shaped;
    },
    help: () => `
Examples:
${examples.map((example) => `  $ orchid train ${example}`).join('\n')}

${presetHelp(task)}`,
    load: async () => ({ run: (await import('./train.ts')).trainCommand(task) }),
  };
}

function studyEntry(task: Task): Entry {
  const { sources, examples } = taskHelp[task];
  const example = examples[0]!;
  return {
    name: `study ${task}`,
    summary: `train several models on ${task} under one budget: table and plots`,
    shape: (command) => {
      const shaped = command
        .option('--mixer <name,...>', 'the mixers to compare', list(String), ['orchid', 'attention'])
        .option('--length <n,...>', 'values of data.length, each for every mixer', list(atLeastOne))
        .option('--seeds <n,...>', 'train each model once a seed', list(fromZero), [1])
        .option('--steps <n>', 'the budget: steps of every model', atLeastOne)
        .option(
          '--minutes <n>',
          'the budget: minutes of steps, as many as fit at the speed that a probe measures',
          positive,
        )
        .option('--preset <name>', `a shipped preset, or the path of a YAML file (default: ${task})`)
        .option('--set <key=value>', "replace one of the preset's keys, for every model; may be repeated", collect)
        .option('--out <dir>', `folder of the study (default: studies/${task})`)
        .option(...backendOption)
        .option(...blasOption)
        .option('--workers <n>', 'threads that share each step', workers, 'auto')
        .option('--log-every <seconds>', 'seconds between two log lines when output is not a terminal', atLeastOne, 30);
      return sources ? sources(shaped) : shaped;
    },
    help: () => `
Each model is \`orchid train ${task}\` in a process of its own, in a folder of its own within --out; models that are
trained already are kept, so the same command goes on where it was stopped. Mixers that see no order get learned positions.
results.md and index.html have the table and the plots (score.svg, time.svg), results.json the figures.

Examples:
  $ orchid study ${example} --steps 500
  $ orchid study ${example} --minutes 10 --mixer orchid,attention --seeds 1,2,3`,
    load: async () => ({ run: (await import('./study.ts')).studyCommand(task) }),
  };
}

const evaluate: Entry = {
  name: 'eval',
  summary: 'measure a trained model on fresh sequences, a text, or the test part of images and sounds',
  shape: (command) =>
    command
      .argument('<dir>', 'the folder of a run, or of a checkpoint')
      .option('--text <file>', 'a masked-language model is measured on this text')
      .option('--data <path>', 'a classifier is measured on the test part of this data (default: as in training)')
      .option('--sequences <n>', 'a recall model is measured on so many fresh sequences', atLeastOne, 1000)
      .option('--length <n>', 'length of the sequences or windows (default: as in training)', atLeastOne)
      .option('--seed <n>', 'start of the random numbers of the sequences or masks', fromZero)
      .option('--json', 'print one JSON object')
      .option(...backendOption)
      .option(...blasOption),
  help: () => `
Examples:
  $ orchid eval runs/recall-20260101-120000
  $ orchid eval runs/mlm-20260101-120000 --text other.txt --json`,
  load: () => import('./eval.ts'),
};

const predict: Entry = {
  name: 'predict',
  summary: "fill the masks of a text, answer a recall sequence's query, or tell the class of image and WAV files",
  shape: (command) =>
    command
      .argument('<dir>', 'the folder of a run, or of a checkpoint')
      .argument(
        '[input...]',
        'text with masks; a sequence such as `k3 v5 k1 v2 => k3` (drawn when left out); or image or WAV files',
      )
      .option('--mask <text>', 'what marks a hidden character in the text', '[MASK]')
      .option('--top <k>', 'guesses shown for each mask', atLeastOne, 5)
      .option('--context <file>', 'text put before the input, so that the window is as long as in training')
      .option('--seed <n>', 'start of the random numbers a sequence is drawn with', fromZero)
      .option('--json', 'print one JSON object')
      .option(...backendOption)
      .option(...blasOption),
  help: () => `
Examples:
  $ orchid predict runs/mlm-20260101-120000 "To be, or n[MASK]t to be"
  $ orchid predict runs/mlm-20260101-120000 --mask _ "the qu_ck br_wn fox"
  $ orchid predict runs/recall-20260101-120000
  $ orchid predict runs/recall-20260101-120000 k3 v5 k1 v2 "=>" k3`,
  load: () => import('./predict.ts'),
};

const parity: Entry = {
  name: 'parity',
  summary: 'compare this implementation with golden files of another',
  shape: (command) =>
    command
      .argument('<file...>', 'safetensors files of transforms or of Orchid blocks')
      .option('--json', 'print JSON lines')
      .option(...backendOption)
      .option(...blasOption),
  help: () => `
Prints a row for each group of tensors: how many, the worst error relative to its tensor's largest magnitude, and the
bound (transforms 5e-6, outputs 1e-5, gradients 1e-4; on webgpu 2e-5, 2e-5, 2e-4). Ends with exit code 1 when a bound is broken.

Examples:
  $ orchid parity golden/*.safetensors
  $ orchid parity golden/transforms.safetensors --backend cpu`,
  load: () => import('./parity.ts'),
};

const scaleLengths = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];

function benchOptions(command: Command): Command {
  return command
    .option(...backendOption)
    .option(...blasOption)
    .option('--repeats <n>', 'timed repetitions; the median is reported', atLeastOne, 7)
    .option('--json', 'print JSON lines only');
}

const benchFft: Entry = {
  name: 'bench fft',
  summary: 'time a transform of real or complex signals',
  shape: (command) =>
    benchOptions(command)
      .option('--op <name>', 'rfft, irfft, fft, ifft, dct or idct', 'rfft')
      .option('--batch <n>', 'signals at once', atLeastOne, 64)
      .option('--length <n,...>', 'points of a signal', list(atLeastOne), [1024, 2048, 4096, 8192, 16384])
      .option('--axis <n>', 'axis of the transform: 1 for [batch, length], 0 for [length, batch]', fromZero, 1)
      .option('--peer', "time TensorFlow.js's own transform beside it (rfft and fft)"),
  help: () => `
pointsPerSecond counts batch x length; gflops counts 5 N log2 N for a complex signal and half of it for a real one.

Examples:
  $ orchid bench fft
  $ orchid bench fft --op dct --length 128,1000,4096 --batch 512 --backend wasm --json
  $ orchid bench fft --backend webgpu --batch 256 --length 1024,4096 --repeats 1 --peer`,
  load: () => import('./bench-fft.ts'),
};

const benchConv: Entry = {
  name: 'bench conv',
  summary: 'time the long convolution with a kernel for each example',
  shape: (command) =>
    benchOptions(command)
      .option('--batch <n>', 'sequences', atLeastOne, 8)
      .option('--length <n,...>', 'length of a sequence', list(atLeastOne), [4096])
      .option('--width <n>', 'channels', atLeastOne, 128)
      .option('--backward', 'time the gradients of signal and kernel too'),
  help: () => `
Examples:
  $ orchid bench conv
  $ orchid bench conv --backward --length 1024,4096 --json`,
  load: () => import('./bench-conv.ts'),
};

const benchStep: Entry = {
  name: 'bench step',
  summary: 'time a whole training step',
  shape: (command) =>
    benchOptions(command)
      .option('--batch <n>', 'sequences a step', atLeastOne, 8)
      .option('--length <n,...>', 'length of a sequence', list(atLeastOne), [1024])
      .option('--width <n>', 'width of the model', atLeastOne, 128)
      .option('--layers <n>', 'blocks', atLeastOne, 2)
      .option('--vocab <n>', 'vocabulary', atLeastOne, 64)
      .option('--transform <name>', 'dft or dct', 'dft')
      .option('--mixer <name>', 'orchid; attention, hyena, linformer, reformer, routing to compare with', 'orchid')
      .option('--micro-batches <n>', 'cut the batch in so many, one after another, gradients added up', atLeastOne, 1)
      .option('--precision <name,...>', `${precisionText}; several are timed in turn`, list(String), ['float32'])
      .option('--recompute', 'keep the inputs of the blocks alone, and run each once more on the way back')
      .option('--profile', 'also say what each kernel costs, beside what this machine could do at best')
      .option('--workers <n,...>', 'numbers of workers that share the step, timed in turn', list(atLeastOne)),
  help: () => `
The step: type I conditioning, residual long convolution, MLP of 4 times the width, cross entropy over every position,
gradients and AdamW. With --profile, the step of median length is taken apart: for each kernel its calls, its time
forward, backward and in the optimizer, the bytes of its inputs and outputs, and the floor: the operations of its matrix
products over the engine's measured rate, or those bytes over the measured rate of copying. On webgpu every run says how
many dispatches a step takes, the bytes that they move and how long moving so many takes at the least; --profile then lists
programs, timed by the GPU's own clock where it has one.

Examples:
  $ orchid bench step
  $ orchid bench step --profile
  $ orchid bench step --workers 1,2
  $ orchid bench step --backend webgpu --precision float32,mixed
  $ orchid bench step --length 512,1024 --transform dct --json`,
  load: () => import('./bench-step.ts'),
};

const benchScale: Entry = {
  name: 'bench scale',
  summary: 'time training steps of rising length, for orchid and other mixers',
  shape: (command) =>
    command
      .option(...backendOption)
      .option(...blasOption)
      .option('--mixer <name,...>', 'the mixers to compare', list(String), ['orchid', 'attention'])
      .option('--length <n,...>', 'lengths of a sequence', list(atLeastOne), scaleLengths)
      .option('--tokens <n>', 'tokens a step: as many sequences as that makes, at least one', atLeastOne, 131_072)
      .option('--batch <n>', 'sequences a step instead, whatever their length', atLeastOne)
      .option('--micro-tokens <n>', 'tokens computed at once, in whole sequences', atLeastOne, 8192)
      .option(
        '--recompute <when>',
        'run blocks again on the way back: auto (where nothing else fits), always, never',
        'auto',
      )
      .option('--width <n>', 'width of the model', atLeastOne, 128)
      .option('--layers <n>', 'blocks', atLeastOne, 2)
      .option('--transform <name>', 'dft or dct', 'dft')
      .option('--repeats <n>', 'timed repetitions; the median is reported', atLeastOne, 3)
      .option('--json', 'print JSON lines only'),
  help: () => `
Each length is the step of \`orchid bench step\` in a process of its own. Time is given for a token: O(L log L) work makes
it grow with log L, and the column "over log L" says how much faster than that it grew since the shortest length (1 is
L log L, and 1.25 is 25 % worse). Memory is the most that was in use: of the wasm heap, which ends at 4 GiB, and of the
process. A mixer's curve ends at the first length that cannot run, with the reason.

Examples:
  $ orchid bench scale
  $ orchid bench scale --mixer orchid --length 1024,131072 --repeats 1
  $ orchid bench scale --batch 1 --length 1024,2048,4096 --json`,
  load: () => import('./bench-scale.ts'),
};

const doctor: Entry = {
  name: 'doctor',
  summary: 'say what this machine can train with, and what is wrong',
  shape: (command) => command.option('--json', 'print one JSON object').option(...blasOption),
  help: () => `
Ends with exit code 1 when training cannot work here.`,
  load: () => import('./doctor.ts'),
};

const models: Entry = {
  name: 'models',
  summary: 'list model sizes by name with their parameters, or say what one is made of',
  shape: (command) =>
    command
      .argument('[name]', 'one of them: its parameters part by part, and its configuration')
      .option('--depth <n>', 'how finely parts are told apart', atLeastOne, 2)
      .option('--json', 'print JSON'),
  help: () => `
Parameters are counted from the configuration, whatever the size: no memory is taken for them.

Examples:
  $ orchid models
  $ orchid models orchid-bert-base --depth 1`,
  load: () => import('./models.ts'),
};

const serve: Entry = {
  name: 'serve',
  summary: 'answer over HTTP with trained models',
  shape: (command) =>
    command
      .argument('<model...>', 'folders of runs or models, each DIR or NAME=DIR; nothing else is ever opened')
      .option(
        '--host <address>',
        'the address to listen at; the default is reached from this machine alone',
        '127.0.0.1',
      )
      .option('--port <n>', 'the port to listen at; 0 for any', fromZero, 8080)
      .option(...backendOption)
      .option(...blasOption)
      .option(
        '--workers <n>',
        'threads that compute, an engine each; auto: every core, and one on webgpu',
        workers,
        'auto',
      )
      .option('--max-batch <n>', 'inputs computed at once, at most', atLeastOne, 32)
      .option('--batch-wait-ms <ms>', 'how long an input waits for others to be computed with', notNegative, 5)
      .option('--queue <n>', 'requests that wait, at most; the answer to more is 429', atLeastOne, 256)
      .option('--deadline-ms <ms>', "from a request's arrival to its answer, or 504", atLeastOne, 10_000)
      .option(
        '--memory-gb <n>',
        "for the weights of all models in all workers (default: half of the machine's)",
        positive,
      )
      .option('--api-key-file <file>', 'keys, one a line (KEY, or NAME KEY); without it none is asked for')
      .option(
        '--rate-limit <n>',
        'requests a minute for each key, or address; 0 for no limit (default: 1200 with keys or beyond this machine, else 0)',
        fromZero,
      )
      .option('--body-mb <n>', 'the largest image or sound', positive, 8)
      .option('--max-text <n>', 'the longest text, in characters', atLeastOne, 100_000)
      .option('--no-reload', 'do not look for new versions in the model folders'),
  help: () => `
POST /v1/fill-mask, /v1/classify, /v1/embeddings and /v1/recall; GET /v1/models, /healthz, /readyz, /metrics; /docs shows them
all. A model's folder may change while it is served: the new version answers when it is loaded and warm. SIGTERM and
Ctrl-C end the server when it has answered what it has taken. The log goes to standard output, a line of JSON an event.

Examples:
  $ orchid serve runs/recall-20260101-120000
  $ orchid serve shakespeare=runs/mlm-20260101-120000 digits=runs/mnist-20260101-120000 --port 9000
  $ orchid serve runs/mlm-20260101-120000 --host 0.0.0.0 --api-key-file keys.txt`,
  load: () => import('./serve.ts'),
};

const tasks = Object.keys(taskHelp) as Task[];

/** Every command, in the order `--help` shows them. */
export const table: readonly Entry[] = [
  ...tasks.map(trainEntry),
  ...tasks.map(studyEntry),
  evaluate,
  predict,
  serve,
  models,
  parity,
  benchFft,
  benchConv,
  benchStep,
  benchScale,
  doctor,
];
