// Registers the tests of a file of cases: each in Node on Dawn, and in headless Chromium.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from '../../../../tooling/browser/chromium.ts';
import { type CasesPage, openCasesPage } from '../../../../tooling/browser/webgpu-page.ts';
import { useBackend } from '../index.ts';
import { type Case, complaints } from './cases.ts';
import { hasWebGpu } from './webgpu.ts';

export interface CaseOptions {
  /** where in Chromium: the page's own thread (the default), or its worker as well */
  readonly workers?: boolean;
  /** milliseconds for one case */
  readonly timeout?: number;
}

/**
 * Adds the tests. Await it at the top of a test file.
 *
 * @param file the module of the cases, for the page to import: it exports them as `cases`
 */
export async function testCases(cases: readonly Case[], file: URL, options: CaseOptions = {}): Promise<void> {
  const { workers = false, timeout = 120_000 } = options;
  describe.runIf(await hasWebGpu())('on webgpu in Node', () => {
    it.each(cases.map(({ name, run }) => [name, run] as const))(
      '%s',
      async (_, run) => {
        await useBackend('webgpu');
        const before = tf.memory().numTensors;
        expect(complaints(await run())).toEqual([]);
        expect(tf.memory().numTensors, 'tensors afterwards').toBe(before);
      },
      timeout,
    );
  });

  if (!chromiumPath && !process.env.CI) {
    it.skip('SKIPPED: no Chromium on this machine, so webgpu in a page was not tried (apt-get install chromium)', () => {});
    return;
  }
  describe.each(workers ? (['page', 'worker'] as const) : (['page'] as const))('on webgpu in a %s', (where) => {
    let page: CasesPage;
    beforeAll(async () => {
      page = await openCasesPage(file);
    }, 180_000);
    afterAll(() => page?.close());

    it('runs on the software adapter', () => expect(page.engine).toMatch(/WebGPU on .*swiftshader/i));
    it.each(cases.map(({ name }) => name))(
      '%s',
      async (name) => expect(await page.run(name, where)).toEqual([]),
      timeout,
    );
  });
}
