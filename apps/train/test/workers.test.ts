// --workers: the same run, shared by threads; and what happens to it when a thread is lost.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startReplicas } from '@orchid-ml/trainers/node';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../src/cli.ts';
import { startWorkers, workersFor } from '../src/run/workers.ts';
import { capture } from './capture.ts';
import { type Outcome, orchid, testFolder } from './run-orchid.ts';

vi.mock('../src/run/workers.ts', { spy: true });

const folder = testFolder();
const bin = fileURLToPath(new URL('../bin/orchid.mjs', import.meta.url));
const tiny = ['train', 'recall', '--preset', 'recall-tiny'];

interface Line {
  readonly kind: string;
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
}

const metrics = (run: string): Line[] =>
  readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

function expectSameCurve(run: string, other: string): void {
  const [mine, theirs] = [metrics(run), metrics(other)];
  expect(mine.map(({ kind, step }) => [kind, step])).toEqual(theirs.map(({ kind, step }) => [kind, step]));
  mine.forEach(({ loss, accuracy }, i) => {
    expect(Math.abs(loss - theirs[i]!.loss)).toBeLessThan(1e-5);
    expect(accuracy).toBeCloseTo(theirs[i]!.accuracy, 6);
  });
}

describe('orchid train --workers', () => {
  let one: Outcome;
  beforeAll(async () => {
    one = await orchid(folder, ...tiny, '--out', 'one', '--workers', '1');
    expect(one.errors).toBe('');
  }, 60_000);

  it.each([
    [2, '2 workers, a thread with an engine each, for 2 of the 4 sequences of a step'],
    [3, '3 workers, a thread with an engine each, for 1 or 2 of the 4 sequences of a step'],
  ])('%i threads learn recall as 1 does', async (workers, words) => {
    const many = await orchid(folder, ...tiny, '--out', `of-${workers}`, '--workers', String(workers));
    expect(many.errors).toBe('');
    expect(many.code).toBe(0);
    expect(many.output).toContain(`workers  ${words}`);
    expectSameCurve(`of-${workers}`, 'one');
    const test = (output: string) => /test +(.*)/.exec(output)?.[1];
    expect(test(many.output)).toBe(test(one.output));
  });

  it('2 threads learn a language model as 1 does, with masks spread unevenly', async () => {
    writeFileSync(join(folder, 'book.txt'), 'the quick brown fox jumps over the lazy dog. '.repeat(30));
    const mlm = ['train', 'mlm', '--preset', 'mlm-tiny', '--text', 'book.txt', '--steps', '8'];
    const few = ['--set', 'data.mask_probability=0.05', '--set', 'training.batch_size=3'];
    for (const workers of ['1', '2']) {
      const { errors } = await orchid(folder, ...mlm, ...few, '--out', `mlm-${workers}`, '--workers', workers);
      expect(errors).toBe('');
    }
    expectSameCurve('mlm-2', 'mlm-1');
  });

  it('a run goes on with another number of threads, after Ctrl-C', async () => {
    const { io, output, interrupt } = capture(folder);
    const code = await main([...tiny, '--out', 'broken', '--workers', '3'], {
      ...io,
      out: (text) => {
        io.out(text);
        if (/^step 4:/.test(text)) interrupt();
      },
    });
    expect(code).toBe(130);
    expect(output()).toContain('Stopped and saved after step 4 of 12');
    const resumed = await orchid(folder, 'train', 'recall', '--resume', 'broken', '--workers', '2');
    expect(resumed.errors).toBe('');
    expectSameCurve('broken', 'one');
  });

  it('a thread that dies stops the run, which says so and how to go on from the last checkpoint', async () => {
    const entry = new URL('./dying-worker.mjs', import.meta.url);
    vi.mocked(startWorkers).mockImplementationOnce((workers, recipe) =>
      startReplicas({ workers, entry, config: recipe }),
    );
    const { code, errors } = await orchid(folder, ...tiny, '--out', 'lost', '--workers', '2');
    expect(code).toBe(1);
    expect(errors).toBe(
      'error: worker of rank 1 (ranks 0 to 1) ended with exit code 9 before the run was over; the run was stopped. ' +
        'To go on from the last checkpoint: orchid train recall --resume lost\n',
    );
    const resumed = await orchid(folder, 'train', 'recall', '--resume', 'lost', '--workers', '2');
    expect(resumed.output).toMatch(/resumed +after step 4/);
    expect(resumed.code).toBe(0);
    expectSameCurve('lost', 'one');
  });

  it('the program ends by itself, and with it its threads', () => {
    const args = [bin, ...tiny, '--out', 'process', '--workers', '2'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expectSameCurve('process', 'one');
  });

  it('bench step compares numbers of threads', async () => {
    const shape = ['--batch', '2', '--length', '16', '--width', '8', '--layers', '1', '--vocab', '8'];
    const { output } = await orchid(folder, 'bench', 'step', ...shape, '--workers', '1,2', '--repeats', '2', '--json');
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ workers }) => workers)).toEqual([1, 2]);
    expect(lines[0].speed).toBe(1);
    expect(lines[1].speed).toBeCloseTo(lines[0].medianMs / lines[1].medianMs, 2);
  });
});

describe('how many workers', () => {
  it('as many as asked for, and no more than sequences', async () => {
    const small = { sequences: 4, tokens: 64, steps: 10, parameters: 1000, engine: 'wasm' };
    expect([1, 2, 4].map((asked) => workersFor(asked, small))).toEqual([1, 2, 4]);
    const many = await orchid(folder, ...tiny, '--workers', '5');
    expect(many.code).toBe(2);
    expect(many.errors).toContain(
      '--workers 5: a step has 4 sequences (training.batch_size); want at most as many workers',
    );
    const none = await orchid(folder, ...tiny, '--workers', '0');
    expect(none.code).toBe(2);
    expect(none.errors).toContain('want a whole number, 1 or more, or auto.');
    const bench = await orchid(folder, 'bench', 'step', '--batch', '2', '--workers', '1,4');
    expect(bench.errors).toContain('--workers 4: a step has 2 sequences; want at most as many workers');
  });

  it('auto: every core, unless the run is over in seconds or its steps in a moment', () => {
    const recall = { sequences: 32, tokens: 32 * 128, steps: 2400, parameters: 160_000, engine: 'wasm' };
    const cores = availableParallelism();
    expect(workersFor('auto', recall)).toBe(Math.min(cores, 32));
    expect(workersFor('auto', { ...recall, sequences: 1 })).toBe(1);
    expect(workersFor('auto', { ...recall, steps: 5 })).toBe(1);
    expect(workersFor('auto', { ...recall, tokens: 64, steps: 1_000_000 })).toBe(1);
  });

  it('one on a GPU', () => {
    const work = { sequences: 32, tokens: 32 * 128, steps: 2400, parameters: 160_000, engine: 'webgpu' };
    expect([workersFor('auto', work), workersFor(1, work)]).toEqual([1, 1]);
    expect(() => workersFor(2, work)).toThrow('--workers 2: the engine is webgpu, and one device is one worker');
  });
});
