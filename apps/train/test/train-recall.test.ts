// A recall run from its first line to a question asked of it, at a size of seconds.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { main } from '../src/cli.ts';
import { capture } from './capture.ts';
import { type Outcome, orchid, testFolder } from './run-orchid.ts';
import { expectSameAnswer } from './same-answer.ts';

const folder = testFolder();
const tiny = ['train', 'recall', '--preset', 'recall-tiny'];

describe('orchid train recall', () => {
  let first: Outcome;
  beforeAll(async () => {
    first = await orchid(folder, ...tiny, '--out', 'run');
  }, 60_000);

  it('says what runs, how it went, where it is and what to try next', () => {
    expect(first.errors).toBe('');
    expect(first.code).toBe(0);
    expect(first.output).toMatch(/engine +TensorFlow\.js 4\.22\.0, WebAssembly, (relaxed )?SIMD, 1 thread/);
    expect(first.output).toMatch(/model +1 Orchid layers, width 8, type I, DCT, [\d,]+ parameters/);
    expect(first.output).toMatch(/data +fresh sequences of 16 tokens, vocabulary 8; guessing is right in 33\.33 %/);
    expect(first.output).toMatch(/^step 1\/12 {2}loss [\d.]+ {2}accuracy [\d.]+ % {2}[\d,]+ tokens\/s {2}.+ left$/m);
    expect(first.output).toMatch(/^step 8: held-out loss [\d.]+, accuracy [\d.]+ %$/m);
    expect(first.output).toMatch(/^training loss +[▁▂▃▄▅▆▇█]{12} {2}[\d.]+ to [\d.]+$/m);
    expect(first.output).toMatch(
      /steps +12\n +time +.+ ms a step\n +speed +[\d,]+ tokens\/s.*\n +memory +[\d.]+ MB at most, [\d.]+ MB predicted\n +checkpoint +run\n/,
    );
    expect(first.output).toMatch(
      /memory +predicted [\d.]+ MB of [\d.]+ GB \(.+\); recompute off, \d+ sequences at once$/m,
    );
    expect(first.output).toMatch(/test +[\d.]+ % of 64 fresh sequences answered right/);
    expect(first.output).toContain('orchid predict run');
  });

  it('leaves a checkpoint, its settings and its measurements', () => {
    for (const file of ['config.json', 'model.safetensors', 'optimizer.safetensors', 'trainer_state.json'])
      expect(existsSync(join(folder, 'run/checkpoint', file)), file).toBe(true);
    const lines = readFileSync(join(folder, 'run/metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter((line) => line.kind === 'step').map((line) => line.step)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    expect(lines.filter((line) => line.kind === 'evaluation').map((line) => line.step)).toEqual([4, 8, 12]);
    expect(JSON.parse(readFileSync(join(folder, 'run/run.json'), 'utf8')).config.task).toBe('recall');
  });

  it('gives the same losses for the same seed, and others for another', async () => {
    await orchid(folder, ...tiny, '--out', 'same');
    await orchid(folder, ...tiny, '--out', 'other', '--seed', '2');
    const losses = (name: string) => readFileSync(join(folder, name, 'metrics.jsonl'), 'utf8').match(/"loss":[\d.]+/g);
    expect(losses('same')).toEqual(losses('run'));
    expect(losses('other')).not.toEqual(losses('run'));
  });

  it('does not overwrite a run unless told to', async () => {
    const again = await orchid(folder, ...tiny, '--out', 'run');
    expect(again.code).toBe(2);
    expect(again.errors).toMatch(/run holds a run already\. .*--resume run.*--force/);
    const forced = await orchid(folder, ...tiny, '--out', 'run', '--force', '--steps', '3');
    expect(forced.code).toBe(0);
    expect(readFileSync(join(folder, 'run/metrics.jsonl'), 'utf8').match(/"kind":"step"/g)).toHaveLength(3);
  });

  it('puts a run without --out under runs/', async () => {
    const { output } = await orchid(folder, ...tiny, '--steps', '1');
    const shown = /folder +(runs\/recall-\d{8}-\d{6}(?:-\d+)?)/.exec(output)?.[1];
    expect(shown).toBeDefined();
    expect(existsSync(join(folder, shown!, 'checkpoint/model.safetensors'))).toBe(true);
  });

  it('ends with exit code 1 below a required accuracy, and says so', async () => {
    const { code, errors, output } = await orchid(
      folder,
      ...tiny,
      '--out',
      'bad',
      '--set',
      'training.require_accuracy=1',
    );
    expect(code).toBe(1);
    expect(errors).toMatch(/the accuracy is [\d.]+ %; training\.require_accuracy asks for 100\.00 %/);
    expect(output).toMatch(/Try next:[\s\S]*let it answer over HTTP\n +\S+ serve bad\n/);
  });

  it('stops early when an evaluation is good enough', async () => {
    const { output } = await orchid(folder, ...tiny, '--out', 'early', '--set', 'training.stop_accuracy=0');
    expect(output).toMatch(/steps +4, stopped early: above 0\.00 % on held-out data/);
  });

  it('refuses a run whose steps cannot fit, before it touches the folder', async () => {
    await orchid(folder, ...tiny, '--out', 'kept', '--steps', '2');
    const before = readFileSync(join(folder, 'kept/metrics.jsonl'), 'utf8');
    const small = ['--out', 'kept', '--force', '--set', 'data.length=2048', '--set', 'training.memory_gb=0.002'];
    const { code, errors } = await orchid(folder, ...tiny, ...small);
    expect(code).toBe(1);
    expect(errors).toMatch(
      /a step does not fit the memory: one sequence of 2,048 tokens with recomputation takes [\d.]+ MB, and of 2\.05 MB \(the limit asked for is 2\.05 MB\) [\d.]+ MB is in use\. What would fit: one sequence of [\d,]+ tokens with recomputation\. Set --set data\.length=\d+\./,
    );
    expect(readFileSync(join(folder, 'kept/metrics.jsonl'), 'utf8')).toBe(before);
  });

  it('trains in micro-batches and with recomputation to the same losses', async () => {
    const ways = ['--set', 'training.micro_batch_size=2', '--set', 'training.recompute=always'];
    const { output } = await orchid(folder, ...tiny, '--out', 'pieces', ...ways);
    expect(output).toMatch(/memory +predicted .*; recompute on, micro-batches of 2$/m);
    const losses = (name: string) =>
      [...readFileSync(join(folder, name, 'metrics.jsonl'), 'utf8').matchAll(/"loss":([\d.]+)/g)].map(([, loss]) =>
        Number(loss),
      );
    const [pieces, same] = [losses('pieces'), losses('same')];
    expect(pieces).toHaveLength(same.length);
    for (const [i, loss] of same.entries()) expect(pieces[i]).toBeCloseTo(loss, 4);
  });

  it('trains attention in the same place, and evaluates what it saved', async () => {
    const attention = ['--set', 'model.mixer=attention', '--set', 'model.position_embedding_type=absolute'];
    const { code, output, errors } = await orchid(folder, ...tiny, ...attention, '--out', 'attention');
    expect([code, errors]).toEqual([0, '']);
    expect(output).toMatch(/model +1 attention layers, width 8, 2 heads, [\d,]+ parameters/);
    expect((await orchid(folder, 'eval', 'attention', '--sequences', '20')).code).toBe(0);
  });

  it('runs on the cpu engine too', async () => {
    const { code, output } = await orchid(folder, ...tiny, '--out', 'cpu', '--backend', 'cpu', '--steps', '2');
    expect(code).toBe(0);
    expect(output).toMatch(/engine +TensorFlow\.js 4\.22\.0, plain JavaScript \(cpu\), no SIMD/);
  });
});

describe('Ctrl-C and --resume', () => {
  const long = [...tiny, '--set', 'training.evaluate_every=1000', '--set', 'training.checkpoint_every=1000'];

  it('saves, says how to go on, and then gives the same weights as a run without a break', async () => {
    await orchid(folder, ...long, '--steps', '20', '--out', 'whole');
    const { io, output, exits, interrupt } = capture(folder);
    const interrupted = main([...long, '--steps', '20', '--out', 'broken'], {
      ...io,
      out: (text) => {
        io.out(text);
        if (/^step 1\//.test(text)) interrupt();
      },
    });
    expect(await interrupted).toBe(130);
    expect(exits).toEqual([]);
    expect(output()).toMatch(/SIGINT: finishing this step and saving; once more ends at once/);
    expect(output()).toMatch(
      /Stopped and saved after step \d+ of 20\. To go on:\n {2}orchid train recall --resume broken\n/,
    );
    const resumed = await orchid(folder, 'train', 'recall', '--resume', 'broken');
    expect(resumed.errors).toBe('');
    expect(resumed.output).toMatch(/resumed +after step \d/);
    const weights = (name: string) => readFileSync(join(folder, name, 'checkpoint/model.safetensors'));
    expect(weights('broken').equals(weights('whole'))).toBe(true);
    const steps = readFileSync(join(folder, 'broken/metrics.jsonl'), 'utf8').match(/"kind":"step"/g);
    expect(steps).toHaveLength(20);
  });

  it('after the last step says that nothing is left to train, and how to measure', async () => {
    const { io, output, interrupt } = capture(folder);
    const code = await main([...long, '--steps', '3', '--out', 'late'], {
      ...io,
      out: (text) => {
        io.out(text);
        if (/^step 3\/3/.test(text)) interrupt();
      },
    });
    expect(code).toBe(130);
    expect(output()).toMatch(/All 3 steps are done and saved\. To measure the model:\n {2}orchid eval late\n$/);
    expect((await orchid(folder, 'eval', 'late')).code).toBe(0);
  });

  it('goes on although a crash cut the last line of the measurements', async () => {
    await orchid(folder, ...tiny, '--steps', '2', '--out', 'cut');
    const file = join(folder, 'cut/metrics.jsonl');
    writeFileSync(file, `${readFileSync(file, 'utf8')}{"kind":"step","step":3,"lo`);
    const { code, errors } = await orchid(folder, 'train', 'recall', '--resume', 'cut', '--steps', '4');
    expect([code, errors]).toEqual([0, '']);
    expect(readFileSync(file, 'utf8').match(/"kind":"step","step":\d,/g)).toHaveLength(4);
  });

  it('ends at once on the second Ctrl-C', async () => {
    const { io, exits, interrupt } = capture(folder);
    await main([...long, '--steps', '20', '--out', 'twice'], {
      ...io,
      out: (text) => {
        if (/^step 1\//.test(text)) {
          interrupt('SIGTERM');
          interrupt();
        }
      },
    });
    expect(exits).toEqual([130]);
  });

  it('refuses to go on where it cannot', async () => {
    const resume = (...more: string[]) => orchid(folder, 'train', 'recall', '--resume', ...more);
    expect((await resume('whole')).errors).toMatch(/has done all its 20 steps\. More: --resume whole --steps 40/);
    expect((await resume('nowhere')).errors).toMatch(/there is no folder nowhere/);
    expect((await resume('.')).errors).toMatch(/holds no run: there is no run\.json/);
    expect((await resume('whole', '--out', 'x')).errors).toMatch(/--out and --resume exclude each other/);
    expect((await resume('whole', '--set', 'model.hidden_size=16')).errors).toMatch(
      /`model\.hidden_size` cannot change from 8 to 16/,
    );
    expect((await orchid(folder, 'train', 'mlm', '--resume', 'whole')).errors).toMatch(
      /is a run of recall; go on with it by `orchid train recall/,
    );
    expect((await resume('whole', '--steps', '22')).code).toBe(0);
  });
});

describe('orchid eval and predict on a recall run', () => {
  beforeAll(async () => {
    await orchid(folder, ...tiny, '--out', 'asked', '--steps', '2');
  }, 60_000);

  it('eval measures it', async () => {
    const { code, output } = await orchid(folder, 'eval', 'asked', '--sequences', '50', '--json');
    expect(code).toBe(0);
    const result = JSON.parse(output);
    expect(result).toMatchObject({ backend: 'wasm', task: 'recall', sequences: 50, length: 16 });
    expect(result.accuracy).toBeGreaterThanOrEqual(0);
    expect((await orchid(folder, 'eval', 'asked')).output).toMatch(/accuracy +[\d.]+ %/);
    expect((await orchid(folder, 'eval', 'asked/checkpoint', '--length', '10')).code).toBe(0);
    expect((await orchid(folder, 'eval', 'asked', '--length', '17')).errors).toMatch(/takes at most 16 tokens .*l_max/);
  });

  it('predict draws a question, shows it, the answer and the expected', async () => {
    const { code, output } = await orchid(folder, 'predict', 'asked', '--seed', '5');
    expect(code).toBe(0);
    expect(output).toMatch(
      /^(?:k\d v\d ){7}=> k\d\n\nquery +k\d\nanswer +\S+ \((?:right|wrong)\)\nexpected +v\d\nguesses +/,
    );
  });

  it('predict answers a typed one, by names or ids', async () => {
    const named = await orchid(folder, 'predict', 'asked', 'k1', 'v2', 'k0', 'v0', '=>', 'k1', '--json');
    expect(JSON.parse(named.output)).toMatchObject({ expected: 'v2' });
    expect(JSON.parse(named.output).sequence).toBe('k0 v0 k1 v2 k0 v0 k1 v2 k0 v0 k1 v2 k0 v0 => k1');
    const ids = await orchid(folder, 'predict', 'asked', '1 5 0 3 => 1', '--json');
    expect(JSON.parse(ids.output)).toEqual(JSON.parse(named.output));
  });

  it('predict answers as the pipeline does, and as a bare folder and an older run do', async () => {
    await expectSameAnswer(folder, 'asked', ['k1 v2 k0 v0 => k1', '--top', '3'], async (pipeline) => {
      if (pipeline.task !== 'recall') throw new Error(pipeline.task);
      const [answer] = await pipeline.run([pipeline.prepare({ sequence: 'k1 v2 k0 v0 => k1' }, { top: 3 })]);
      return answer;
    });
  });

  it('predict says which token does not fit', async () => {
    const ask = async (text: string) => (await orchid(folder, 'predict', 'asked', text)).errors;
    expect(await ask('k9 v1 => k9')).toMatch(/token 1 is k9; the model knows the keys k0 to k2/);
    expect(await ask('k0 v1 => k1')).toMatch(/the query is 1; want a key that occurred/);
    expect(await ask('k0 v1 k0')).toMatch(/there is no =>/);
    expect(await ask('hello => k1')).toMatch(/token 1 is "hello"/);
    expect(await ask(`${'k0 v1 '.repeat(8)}=> k0`)).toMatch(/the sequence has 18 tokens; the model takes at most 16/);
  });
});
