// Measures 1 MB of text through each tokenizer, side by side with Hugging Face's library on the same tokenizer.json, and the time
// to learn a vocabulary from it; writes the tables of BENCHMARKS.md between their markers:
//
//   node --import tsx bench/run.mjs            print
//   node --import tsx bench/run.mjs --write    print and write
//
// The text is Shakespeare's and the vocabularies are BERT's and GPT-2's where they lie beside the project; else the text is the
// workspace's own sources and the vocabularies are learned from them, which the table says. Both are asked in turn, each time
// as new: caches are empty. Processor time, which other work on the machine does not stretch, stands beside the time passed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { machine, markdownTable, median, writeMeasured } from '../../../tooling/bench/report.mjs';
import { ByteTokenizer, CharTokenizer, tokenizerFromFiles, trainBpe, trainWordPiece } from '../src/index.ts';

const ROUNDS = 5;
const MEGABYTE = 1_000_000;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const shared = here('../../../../shared/data/');

/** 1 MB of text, and what it is. */
function corpus() {
  const file = join(shared, 'tinyshakespeare/input.txt');
  if (existsSync(file)) return { name: 'Shakespeare', text: readFileSync(file, 'utf8') };
  const packages = here('../..');
  const sources = readdirSync(packages, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^[^/]+\/src\/.*\.ts$/.test(name) && !name.includes('node_modules'))
    .sort();
  return {
    name: "the workspace's sources",
    text: sources.map((name) => readFileSync(join(packages, name), 'utf8')).join(''),
  };
}

/** Pretrained vocabularies, or learned ones. */
async function tokenizers(lines) {
  const folder = join(shared, 'tokenizers');
  if (!existsSync(folder)) {
    console.error(`${folder} is not there: vocabularies are learned`);
    return {
      'WordPiece, learned': await trainWordPiece(lines, { vocabSize: 16_384 }),
      'byte-level BPE, learned': await trainBpe(lines, { vocabSize: 16_384 }),
    };
  }
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  return {
    'WordPiece, BERT uncased': tokenizerFromFiles({ 'tokenizer.json': read('bert-base-uncased/tokenizer.json') }),
    'byte-level BPE, GPT-2': tokenizerFromFiles({
      'vocab.json': read('gpt2/gpt2-vocab.json'),
      'merges.txt': read('gpt2/gpt2-merges.txt'),
    }),
  };
}

/** Milliseconds passed and of the processor. */
async function time(work) {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const result = await work();
  const passed = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  return { passed, busy: (user + system) / 1000, result };
}

const ms = (runs, key) => Math.round(median(runs.map((run) => run[key])));

async function measureEncoding(text, made) {
  const rows = [];
  for (const [name, tokenizer] of Object.entries(made)) {
    const json = JSON.stringify(tokenizer);
    const [ours, offsets, theirs] = [[], [], []];
    for (let round = 0; round < ROUNDS; round++) {
      const fresh = () => tokenizerFromFiles({ 'tokenizer.json': json });
      const [plain, placed] = [fresh(), fresh()];
      const library = new Library(JSON.parse(json), {});
      ours.push(await time(() => plain.encode(text)));
      offsets.push(await time(() => placed.pieces(text, { offsets: true }).ids));
      theirs.push(await time(() => library.encode(text, { add_special_tokens: false }).ids));
    }
    const tokens = ours[0].result.length;
    if (theirs[0].result.join() !== ours[0].result.join() && !/Σ/.test(text))
      throw new Error(`${name}: the library's tokens differ`);
    rows.push([name, tokens, ms(ours, 'passed'), ms(ours, 'busy'), ms(offsets, 'busy'), ms(theirs, 'busy')]);
  }
  for (const [name, tokenizer] of [
    ['characters', CharTokenizer.fromText(text)],
    ['bytes', new ByteTokenizer()],
  ]) {
    const runs = [];
    for (let round = 0; round < ROUNDS; round++) runs.push(await time(() => tokenizer.encode(text)));
    rows.push([name, runs[0].result.length, ms(runs, 'passed'), ms(runs, 'busy'), '', '']);
  }
  return markdownTable(
    ['1 MB of text', 'tokens', 'passed ms', 'processor ms', 'with offsets', '@huggingface/tokenizers'],
    rows,
  );
}

async function measureLearning(lines) {
  const rows = [];
  for (const vocabSize of [2048, 8192, 16_384])
    for (const [name, learn] of [
      ['WordPiece', trainWordPiece],
      ['byte-level BPE', trainBpe],
    ]) {
      const { passed, busy, result } = await time(() => learn(lines, { vocabSize }));
      rows.push([`${name}, ${vocabSize}`, result.vocabSize, Math.round(passed), Math.round(busy)]);
    }
  return markdownTable(['learned from 1 MB', 'tokens', 'passed ms', 'processor ms'], rows);
}

const { name, text: whole } = corpus();
const text = whole.slice(0, MEGABYTE);
if (text.length < MEGABYTE) throw new Error(`${name}: ${text.length} characters; want ${MEGABYTE}`);
const lines = text.split('\n');
const encoding = await measureEncoding(text, await tokenizers(lines));
const learning = await measureLearning(lines);
const report = `${name}; medians of ${ROUNDS} (learning: once); ${machine()}\n\n${encoding}\n\n${learning}`;
console.log(report);
if (process.argv.includes('--write')) writeMeasured(here('../BENCHMARKS.md'), report);
