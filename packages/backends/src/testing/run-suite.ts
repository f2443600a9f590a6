// Adds tests that run suites of this workspace once more in headless Chromium.
import { beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from '../../../../tooling/browser/chromium.ts';
import { runInChromium } from '../../../../tooling/browser/suite-page.ts';

/** A test file, and which of its tests on webgpu are run in a page. */
export interface PageSuite {
  readonly file: URL;
  /** those whose titles contain one of these; all of them when left out */
  readonly only?: readonly string[];
}

/**
 * Runs test files in a page on WebGPU: of each the tests whose titles contain 'webgpu', a `describe.each(engines)` mostly. They
 * may use `describe`, `it`, `test`, their `each`, `skip`, `skipIf` and `runIf`, hooks and `expect` of vitest, and read reference
 * files; nothing else of Node.
 *
 * @param suites test files; each must have such tests
 * @param timeout for all of them, in milliseconds
 */
export function testInChromium(suites: readonly PageSuite[], timeout: number): void {
  if (!chromiumPath && !process.env.CI) {
    it.skip('SKIPPED: no Chromium on this machine, so webgpu in a page was not tried (apt-get install chromium)', () => {});
    return;
  }
  describe('on webgpu in Chromium', () => {
    let results: Awaited<ReturnType<typeof runInChromium>>;
    beforeAll(async () => {
      results = await runInChromium(suites, 'webgpu');
    }, timeout);

    it.each(suites.map(({ file }) => file.pathname.split('/').at(-1)!))('%s passes', (file) => {
      const ran = results.get(file)!.filter(({ error }) => error !== undefined);
      expect(ran.filter(({ error }) => error !== null)).toEqual([]);
      expect(ran.length, 'tests that ran').toBeGreaterThan(0);
    });
  });
}
