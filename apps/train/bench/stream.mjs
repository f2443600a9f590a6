// Does the memory of training stay flat over a text that is larger? Writes a corpus into a temporary folder, streams all of it
// through a thread that reads, shuffles, tokenises and masks, trains on some of the batches, and shows the process's memory.
//
//   node apps/train/bench/stream.mjs [--megabytes 1000] [--every 50] [--buffer 2048]
//
// Exits with 1 if the process grows by more than 300 MB over what it had with the model made and the engine warm.
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { register } from 'tsx/esm/api';
import { markdownTable } from '../../../tooling/bench/report.mjs';

register();
const { useBackend } = await import('@orchid-ml/backends');
const { MlmStream, Rng } = await import('@orchid-ml/datasets');
const { PrefetchedMlm } = await import('@orchid-ml/datasets/node');
const { createModel } = await import('@orchid-ml/orchid-models');
const { ByteTokenizer } = await import('@orchid-ml/tokenizers');
const { AdamW, mlmTask, train } = await import('@orchid-ml/trainers');

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '1000' },
    every: { type: 'string', default: '50' },
    buffer: { type: 'string', default: '2048' },
  },
});
const [megabytes, every, buffer] = [values.megabytes, values.every, values.buffer].map(Number);
const limit = 300;
const files = 10;
const [length, batchSize] = [256, 64];
const tokenizer = new ByteTokenizer();
const folder = await mkdtemp(join(tmpdir(), 'orchid-corpus-'));

/** Stories of a few hundred made-up words, paragraphs of a text or lines of JSON. */
function* stories(seed, bytes, isJson) {
  const rng = new Rng(seed);
  const letters = 'etaoinshrdlucmfwypvbgkjqxz';
  const word = () => Array.from({ length: 2 + rng.integer(8) }, () => letters[rng.integer(letters.length)]).join('');
  const words = Array.from({ length: 50_000 }, word).join(' ');
  for (let written = 0; written < bytes; ) {
    const from = rng.integer(words.length - 8000);
    const text = words.slice(from, from + 200 + rng.integer(7000));
    const story = isJson ? `${JSON.stringify({ text })}\n` : `${text}\n\n`;
    written += story.length;
    yield story;
  }
}

async function write(file) {
  const isJson = file % 3 === 2;
  const source = Readable.from(stories(file, (megabytes * 1e6) / files, isJson), { objectMode: false });
  const path = join(folder, `part-${file}.${isJson ? 'jsonl.gz' : 'txt'}`);
  await pipeline(
    isJson ? [source, createGzip({ level: 1 }), createWriteStream(path)] : [source, createWriteStream(path)],
  );
}

const resident = () => process.memoryUsage().rss / 1e6;
const rows = [];
let most = 0;
try {
  console.log(`writing ${megabytes} MB of text into ${files} files ...`);
  for (let file = 0; file < files; file++) await write(file);

  await useBackend('wasm');
  const model = createModel({
    model_type: 'orchid-masked-lm',
    vocab_size: tokenizer.vocabSize,
    hidden_size: 16,
    num_hidden_layers: 1,
    intermediate_size: 32,
    max_position_embeddings: length,
  });
  const recipe = { text: { paths: [folder] }, length, batchSize, seed: 0, buffer, heldOutWindows: 64 };
  const optimizer = new AdamW(model, { learningRate: 1e-3 });
  // The engine has compiled its kernels and has the memory of a step before anything is read.
  const warm = await MlmStream.open({
    ...recipe,
    tokenizer,
    files: [inMemory('warm', 'some words to warm up with. '.repeat(5000))],
  });
  await train({ model, task: mlmTask({ dataset: warm }), optimizer, steps: 3 });
  const before = resident();

  const data = await PrefetchedMlm.start(recipe, tokenizer);
  const batches = Math.floor((megabytes * 1e6) / (batchSize * length));
  const task = mlmTask({ dataset: data });
  const next = task.nextBatch;
  let seen = 0;
  const row = (loss) => {
    const grown = resident() - before;
    most = Math.max(most, grown);
    rows.push([String(seen), ((seen * batchSize * length) / 1e6).toFixed(0), grown.toFixed(0), loss.toFixed(3)]);
    console.log(`${rows.at(-1)[1]} MB of text: +${rows.at(-1)[2]} MB, loss ${rows.at(-1)[3]}`);
  };
  // Between two steps of training the stream runs on; a model that kept up with it would train for days.
  task.nextBatch = async () => {
    for (let skipped = 0; skipped < every - 1; skipped++) {
      await next();
      seen++;
      if (seen % 200 === 0) most = Math.max(most, resident() - before);
    }
    seen++;
    return next();
  };
  const steps = Math.floor(batches / every);
  await train({
    model,
    task,
    optimizer,
    steps,
    callbacks: {
      onStep: ({ step, means }) => {
        if (step % Math.max(1, Math.floor(steps / 20)) === 0) row(means.loss);
      },
    },
  });
  await data.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`\n${markdownTable(['batches', 'text, MB', 'grown by, MB', 'loss'], rows)}`);
console.log(`\nThe process grew by ${most.toFixed(0)} MB at most, thread and all; ${limit} MB are allowed.`);
process.exitCode = most <= limit ? 0 : 1;

/** A text as a file of documents. */
function inMemory(name, text) {
  const documents = text.match(/.{1,2000}/g).map((part, at) => ({ at, next: at + 1, text: part }));
  return {
    name,
    id: name,
    async *read(at) {
      yield documents.slice(at);
    },
    find: async (places) => places.map((place) => documents[place]),
  };
}
