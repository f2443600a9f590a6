// `orchid study`: several models under one budget, and what is left of them.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../src/cli.ts';
import type { Interruption } from '../src/io.ts';
import { capture } from './capture.ts';
import { orchid, testFolder } from './run-orchid.ts';

const small = ['study', 'recall', '--preset', 'recall-tiny', '--backend', 'cpu', '--workers', '1'];

describe('orchid study', { timeout: 180_000 }, () => {
  const cwd = testFolder();
  const folder = join(cwd, 'studies/recall');
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');

  it('trains every mixer at every length, and leaves a table, figures and plots', async () => {
    const { code, output } = await orchid(cwd, ...small, '--steps', '3', '--length', '8,16');
    expect(code).toBe(0);
    expect(output).toMatch(/\[4\/4\] attention, length 16\n/);
    expect(output).toMatch(/orchid +16 +1 +[\d,]+ +3 +\d+\.\d\d %/);
    const { task, budget, cells } = JSON.parse(read('results.json'));
    expect([task, budget]).toEqual(['recall', { steps: 3 }]);
    expect(cells.map(({ name }: { name: string }) => name)).toEqual([
      'orchid-8',
      'attention-8',
      'orchid-16',
      'attention-16',
    ]);
    for (const { result } of cells) {
      expect(result).toMatchObject({ steps: 3, scoreName: 'accuracy', score: expect.any(Number) });
      expect(result.stepMs).toBeGreaterThan(0);
    }
    // Attention sees no order without them.
    const { config } = JSON.parse(read('attention-8/run.json'));
    expect(config.model).toMatchObject({ mixer: 'attention', position_embedding_type: 'absolute' });
    for (const plot of ['score.svg', 'time.svg']) expect(read(plot)).toMatch(/^<svg.*attention.*<\/svg>$/s);
    expect(read('index.html')).toContain(read('time.svg'));
    expect(read('results.md')).toMatch(/\| orchid \| 8 \| 1 \| /);
  });

  it('keeps what is trained when it is called again', async () => {
    const weights = join(folder, 'orchid-8/checkpoint/model.safetensors');
    const before = statSync(weights).mtimeMs;
    const { code } = await orchid(cwd, ...small, '--steps', '3', '--length', '8', '--mixer', 'orchid,hyena');
    expect(code).toBe(0);
    expect(statSync(weights).mtimeMs).toBe(before);
    expect(JSON.parse(read('results.json')).cells[1].result.mixer).toBe('hyena');
  });

  it('does not take a model that was trained in another way for the one that is asked for', async () => {
    const one = ['--length', '8', '--mixer', 'orchid'];
    for (const other of [
      ['--steps', '4'],
      ['--steps', '3', '--set', 'optimizer.learning_rate=1e-5'],
    ]) {
      const { code, errors } = await orchid(cwd, ...small, ...one, ...other);
      expect(errors).toMatch(
        /orchid-8 has been begun in this folder as `train recall .*--steps 3`, and this is `.*--out/,
      );
      expect(code).toBe(2);
    }
    expect(read('orchid-8/result.json')).toContain('"steps": 3');
  });

  it('measures how many steps some minutes are', async () => {
    const minutes = ['--minutes', '0.005', '--length', '8', '--mixer', 'orchid', '--out', 'timed'];
    const { code, output } = await orchid(cwd, ...small, ...minutes);
    expect(code).toBe(0);
    expect(output).toContain('12 steps, to see how many 0.005 minutes are');
    const { cells } = JSON.parse(readFileSync(join(cwd, 'timed/results.json'), 'utf8'));
    expect(cells[0].result.steps).toBeGreaterThanOrEqual(1);
  });

  describe('stopped', () => {
    async function stoppedBy(signal: Interruption, ...order: string[]) {
      const { io, output, interrupt } = capture(cwd);
      const code = await main([...small, ...order], {
        ...io,
        out: (text) => {
          io.out(text);
          if (/^ {2}step 1\//m.test(text)) interrupt(signal);
        },
      });
      return { code, output: output() };
    }

    it('by a signal of its own, saves the run that is under way, and goes on with it', async () => {
      // Steps enough that the signal finds it at work, on a machine with much else to do too.
      const order = ['--steps', '250', '--length', '8', '--out', 'ended'];
      const { code, output } = await stoppedBy('SIGTERM', ...order);
      expect(output).toMatch(/Stopped and saved after step \d+ of 250.*\nStopped after 0 of 2 models\./s);
      expect(code).toBe(130);
      const again = await orchid(cwd, ...small, ...order, '--mixer', 'orchid');
      expect(again.output).toMatch(/resumed +after step \d+/);
      expect(again.code).toBe(0);
    });

    it('by a Ctrl-C that the run did not get, begins no other model', async () => {
      const { code, output } = await stoppedBy('SIGINT', '--steps', '3', '--length', '8', '--out', 'one');
      expect(output).toMatch(/Stopped after 1 of 2 models\./);
      expect(output).not.toContain('[2/2]');
      expect(code).toBe(130);
    });
  });

  it('says of a model that cannot be trained why, and goes on', async () => {
    const tooLarge = ['--backend', 'wasm', '--set', 'training.memory_gb=1e-6', '--out', 'some', '--steps', '2'];
    const { code, output } = await orchid(cwd, ...small, ...tooLarge, '--mixer', 'orchid,hyena');
    // With nothing trained there is nothing to be content with.
    expect(code).toBe(1);
    expect(output).toMatch(/\[1\/2\] orchid\n {2}not trained: .*does not fit the memory.*\n\n\[2\/2\] hyena\n/);
    expect(JSON.parse(readFileSync(join(cwd, 'some/results.json'), 'utf8')).cells[1].cannot).toMatch(
      /does not fit the memory/,
    );
  });

  writeFileSync(join(cwd, 'file'), '');
  it.each([
    [['--mixer', 'orchid,mamba'], /--mixer mamba: there is no such mixer/],
    [['--steps', '3', '--minutes', '1'], /--steps and --minutes exclude each other/],
    [['--minutes', '0'], /--minutes <n>' argument '0' is invalid. want a number above 0/],
    [['--preset', 'nothing', '--steps', '1'], /there is no preset `nothing`/],
    [['--out', 'file/below'], /the folder file\/below cannot be written/],
  ])('refuses %j', async (wrong, message) => {
    const { code, errors } = await orchid(cwd, 'study', 'recall', ...wrong);
    expect(errors).toMatch(message);
    expect(code).not.toBe(0);
  });
});
