// For tests: the command, the pipeline, a bare folder of model files and an older run give one answer, to the last digit.
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyPipeline } from '@orchid-ml/pipelines';
import { openPipeline } from '@orchid-ml/pipelines/node';
import { expect } from 'vitest';
import { orchid } from './run-orchid.ts';

/**
 * @param argv what stands after `orchid predict DIR`
 * @param ask the same question of the pipeline
 */
export async function expectSameAnswer(
  cwd: string,
  run: string,
  argv: readonly string[],
  ask: (pipeline: AnyPipeline) => Promise<unknown>,
): Promise<void> {
  const predict = (dir: string) => orchid(cwd, 'predict', dir, ...argv, '--json', '--backend', 'wasm', '--blas', 'off');
  const asked = await predict(run);
  expect(asked.errors).toBe('');
  const pipeline = await openPipeline(join(cwd, run));
  try {
    expect(`${JSON.stringify(await ask(pipeline))}\n`).toBe(asked.output);
  } finally {
    pipeline.dispose();
  }
  const bare = `${run}-bare`;
  cpSync(join(cwd, run, 'checkpoint'), join(cwd, bare), { recursive: true });
  expect(await predict(bare)).toEqual(asked);
  const older = `${run}-older`;
  cpSync(join(cwd, run), join(cwd, older), { recursive: true });
  const file = join(cwd, older, 'checkpoint/preprocessor_config.json');
  expect(existsSync(file)).toBe(true);
  rmSync(file);
  expect(await predict(older)).toEqual(asked);
}
