// Runs a package's cases in headless Chromium, on its WebGPU.
import { fileURLToPath } from 'node:url';
import { type Browser, launchChromium, openPage, type Page, webGpuSwitches } from './chromium.ts';
import { buildSite, type Site } from './site.ts';

/** What the page offers; see webgpu-page/main.ts. */
interface Offers {
  runCase(name: string): Promise<string[]>;
  runInWorker(name: string): Promise<string[]>;
  engineInWords(): Promise<string>;
}

export interface CasesPage {
  /** `describeBackend()`'s words in the page */
  readonly engine: string;
  /** what is wrong with a case, a line each, and what the page complained of meanwhile */
  run(name: string, where?: 'page' | 'worker'): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * Opens a page with the cases of a file.
 *
 * @param file module that exports `cases`
 * @throws Error when there is no Chromium, the page does not build, or has no WebGPU
 */
export async function openCasesPage(file: URL): Promise<CasesPage> {
  let browser: Browser | undefined;
  let site: Site | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await site?.close();
  };
  try {
    browser = await launchChromium(webGpuSwitches);
    site = await buildSite(fileURLToPath(new URL('./webgpu-page', import.meta.url)), {
      alias: { cases: fileURLToPath(file) },
    });
    const { page, complaints } = await openPage(browser, site.plain);
    await page
      .waitForFunction(() => 'runCase' in globalThis)
      .catch((error: Error) => {
        throw new Error(`the page of ${file.pathname} does not start: ${error.message} ${complaints.join(' ')}`);
      });
    const engine = await page.evaluate(() => (globalThis as unknown as Offers).engineInWords());
    return { engine, run: (name, where = 'page') => runIn(page, complaints, name, where), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function runIn(page: Page, complaints: string[], name: string, where: 'page' | 'worker'): Promise<string[]> {
  const wrong = await page.evaluate(
    ([name, where]) => {
      const offers = globalThis as unknown as Offers;
      return where === 'page' ? offers.runCase(name) : offers.runInWorker(name);
    },
    [name, where] as const,
  );
  return [...wrong, ...complaints.splice(0).map((complaint) => `the page complains: ${complaint}`)];
}
