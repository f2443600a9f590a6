// For tests: a worker whose models compute nothing, and do what the input says: take their time, fail, or end their thread.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { PreparedInput, WireInput } from '../src/workers/messages.ts';
import { serveThread } from '../src/workers/thread.ts';
import type { FakeSettings } from './fake-server.ts';

interface FakePrepared extends PreparedInput {
  readonly text: string;
}

const textOf = (input: WireInput) =>
  input.kind === 'sequence' ? input.sequence : input.kind === 'text' ? input.text : input.kind;
const settingsOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'fake.json'), 'utf8')) as FakeSettings;
/** Computes, as far as the rest of the program can tell: this thread does nothing else meanwhile. */
const busy = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

await serveThread({
  startEngine: async ({ blas }) => {
    if (blas === 'none') throw new Error('no engine today');
    return { name: 'cpu', text: 'an engine of the tests' };
  },
  openPreparer: async (folder) => {
    settingsOf(folder);
    return {
      async prepare(input): Promise<FakePrepared> {
        const text = textOf(input);
        if (text === 'bad') throw Object.assign(new Error('sequence is bad; want a good one'), { field: 'sequence' });
        if (text === 'preparer throws') throw new Error(`a fault in ${folder}`);
        if (text.startsWith('preparer ends')) endOnce(text);
        if (text === 'preparer rests') busy(200);
        if (text === 'preparer hangs') busy(60_000);
        return { task: 'recall', bucket: `${text.length}`, positions: text.length, text };
      },
    };
  },
  openModel: async (folder) => {
    const { tag, ms, each = 0, bytes, loadedBytes = bytes, broken, vanishes, disposed } = settingsOf(folder);
    let computed = 0;
    if (broken) throw new Error(`cannot load ${folder}`);
    if (vanishes) {
      // The preparer reads it, too.
      busy(100);
      rmSync(folder, { recursive: true });
    }
    return {
      facts: { task: 'recall', modelType: 'orchid-recall', bytes: loadedBytes, warmUp: [] },
      async run(_operation, batch) {
        const texts = (batch as readonly FakePrepared[]).map(({ text }) => text);
        for (const text of texts) {
          if (text.startsWith('exit')) endOnce(text);
          if (text === 'throw') throw new Error(`a fault in ${folder}`);
        }
        busy(ms + each * batch.length);
        computed += batch.length;
        return texts.map((text) => ({ text, tag, batch: batch.length, thread: threadId, computed }));
      },
      probe: async () => {},
      dispose: () => {
        if (disposed !== undefined) writeFileSync(disposed, '');
      },
    };
  },
});

/** Ends this thread; an input that names a file (`exit FILE`) does so once. */
function endOnce(text: string): void {
  const file = text.split('|')[1];
  if (file !== undefined) {
    if (existsSync(file)) return;
    writeFileSync(file, '');
  }
  process.exit(3);
}
