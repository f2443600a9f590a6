// Training in a real page: a Web Worker makes the steps that Node makes, and the page's own thread stays free.
import { useBackend } from '@orchid-ml/backends';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Browser,
  chromiumPath,
  launchChromium,
  openPage,
  webGpuSwitches,
} from '../../../tooling/browser/chromium.ts';
import { buildSite, type Site } from '../../../tooling/browser/site.ts';
import type { Order, Outcome } from '../bench/browser/messages.ts';
import { recallLosses } from '../bench/browser/recall.ts';
import { makeReferenceStep } from '../src/run/reference-step.ts';
import type { StepShape } from '../src/run/reference-task.ts';

const shape: StepShape = { batch: 2, length: 256, width: 32, layers: 1, vocab: 16, transform: 'dft' };

describe.runIf(chromiumPath || process.env.CI)('a page', () => {
  let browser: Browser;
  let site: Site;
  /** the losses of the first steps in Node */
  const losses: number[] = [];

  beforeAll(async () => {
    browser = await launchChromium(webGpuSwitches);
    // tfjs's threaded build, which one test asks for, does not survive the shortening of names.
    site = await buildSite(new URL('../bench/browser', import.meta.url).pathname, { minify: false });
    await useBackend('wasm');
    const step = makeReferenceStep(shape);
    while (losses.length < 3) {
      const loss = step.run();
      losses.push((await loss.data())[0]!);
      loss.dispose();
    }
    step.dispose();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const expectClose = (seen: readonly number[], wanted: readonly number[]) =>
    expect(Math.max(...wanted.map((loss, i) => Math.abs(loss - seen[i]!))), String(seen)).toBeLessThan(1e-4);

  /** Runs the benchmark's page; whatever the page complains of is a failure. */
  async function bench(address: string, order: Partial<Order> = {}): Promise<Outcome> {
    const { page, complaints } = await openPage(browser, address);
    await page.waitForFunction(() => 'bench' in globalThis);
    const outcome = await page.evaluate(
      (given) => (globalThis as unknown as { bench(order: Order): Promise<Outcome> }).bench(given),
      { shape, repeats: 3, ...order },
    );
    await page.close();
    expect(complaints).toEqual([]);
    return outcome;
  }

  it("makes Node's step in a worker, while its own thread keeps getting turns", async () => {
    const outcome = await bench(site.plain);
    expect(outcome).toMatchObject({ crossOriginIsolated: false, sharedHeap: false });
    expectClose(outcome.losses, losses);
    // Steps take half a second and more in all. A thread that made them itself would have had none.
    expect(outcome.beats).toBeGreaterThan(5);
  });

  it('takes the single-threaded engine when it is cross-origin isolated, too', async () => {
    const outcome = await bench(site.isolated);
    expect(outcome).toMatchObject({ crossOriginIsolated: true, sharedHeap: false });
    expectClose(outcome.losses, losses);
  });

  it.each([true, false])('runs the kernels for a shared heap, relaxed SIMD allowed: %s', async (relaxedSimd) => {
    const outcome = await bench(site.isolated, { threaded: true, relaxedSimd });
    expect(outcome.sharedHeap).toBe(true);
    if (!relaxedSimd) expect(outcome.relaxedSimd).toBe(false);
    expectClose(outcome.losses, losses);
  });
  it('shares a step among workers, to the same losses', async () => {
    const [one, two] = [await bench(site.isolated, { workers: 1 }), await bench(site.isolated, { workers: 2 })];
    expect(two.losses[2]).toBeLessThan(two.losses[0]!);
    expectClose(two.losses, one.losses);
    expect(two.beats).toBeGreaterThan(5);
  });

  it('trains on WebGPU as Node does on cpu, its own thread free', async () => {
    await useBackend('cpu');
    const wanted = await recallLosses(12);
    const outcome = await bench(site.plain, { backend: 'webgpu', recall: 12 });
    expect(outcome.losses).toHaveLength(12);
    for (const [i, loss] of wanted.entries())
      expect(Math.abs(outcome.losses[i]! - loss), `step ${i}`).toBeLessThan(1e-3);
    expect(outcome.beats).toBeGreaterThan(5);
    // A software adapter takes its time to compile some hundred pipelines.
  }, 240_000);

  it('says which headers are missing where workers cannot share memory', async () => {
    await expect(bench(site.plain, { workers: 2 })).rejects.toThrow(
      "its server must send 'Cross-Origin-Opener-Policy: same-origin' and 'Cross-Origin-Embedder-Policy: require-corp'",
    );
  });
});

if (!chromiumPath && !process.env.CI)
  it.skip('SKIPPED: no Chromium on this machine, so training in a page was not tried (apt-get install chromium)', () => {});
