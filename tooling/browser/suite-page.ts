// Runs vitest suites in headless Chromium, on its WebGPU: the very files that vitest runs in Node, with a stand-in for vitest.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { launchChromium, openPage, webGpuSwitches } from './chromium.ts';
import { buildSite, type Site } from './site.ts';
import type { TestResult } from './suite-page/vitest.ts';

const folder = fileURLToPath(new URL('./suite-page', import.meta.url));
const examples = join(folder, 'fast-check.ts');
const golden = fileURLToPath(new URL('../../../shared/golden', import.meta.url));

/** Puts in the test files under the name 'suite', and serves the reference files that lie beside the project. */
function plugin(files: readonly string[]): Plugin {
  return {
    name: 'suite',
    enforce: 'pre',
    resolveId: (id, importer) => {
      if (id === 'suite') return '\0suite';
      if (id === 'fast-check' && importer !== examples) return examples;
      // A package's list of files with side effects does not name its tests.
      return files.includes(id) ? { id, moduleSideEffects: true } : null;
    },
    load: (id) => {
      if (id !== '\0suite') return null;
      const entries = files.map((file) => `${JSON.stringify(basename(file))}: () => import(${JSON.stringify(file)})`);
      return `export const files = { ${entries.join(', ')} };`;
    },
    configurePreviewServer: (server) => {
      server.middlewares.use('/golden', (request, response) => {
        const names = existsSync(golden) ? readdirSync(golden).filter((name) => name.endsWith('.safetensors')) : [];
        const name = (request.url ?? '/').slice(1);
        if (name === '') return void response.end(JSON.stringify(names));
        if (names.includes(name)) return void response.end(readFileSync(join(golden, name)));
        response.statusCode = 404;
        response.end();
      });
    },
  };
}

/**
 * Runs test files in one page after another, each on a device of its own.
 *
 * @param part only tests whose titles, from the outermost `describe` on, contain it, and one of their file's `only` if it has some
 * @returns what each file's tests came to, by the file's name
 * @throws Error when there is no Chromium, the files do not build, or a page complains of something
 */
export async function runInChromium(
  suites: readonly { readonly file: URL; readonly only?: readonly string[] }[],
  part: string,
): Promise<Map<string, TestResult[]>> {
  const paths = suites.map(({ file }) => fileURLToPath(file));
  let site: Site | undefined;
  const browser = await launchChromium(webGpuSwitches);
  try {
    const shims = Object.fromEntries(['node:fs', 'node:url'].map((name) => [name, join(folder, 'files.ts')]));
    site = await buildSite(folder, {
      alias: { ...shims, vitest: join(folder, 'vitest.ts') },
      plugins: [plugin(paths)],
    });
    const results = new Map<string, TestResult[]>();
    for (const [i, path] of paths.entries()) {
      const { page, complaints } = await openPage(browser, site.plain);
      await page
        .waitForFunction(() => 'runFile' in globalThis)
        .catch((error: Error) => {
          throw new Error(`the page of ${path} does not start: ${error.message} ${complaints.join(' ')}`);
        });
      const file = basename(path);
      const seen = await page.evaluate(
        ([file, part, only]) => (globalThis as unknown as { runFile: RunFile }).runFile(file, part, only),
        [file, part, suites[i]?.only ?? []] as const,
      );
      if (complaints.length > 0) throw new Error(`the page of ${file} complains: ${complaints.join('\n')}`);
      results.set(file, seen);
      await page.close();
    }
    return results;
  } finally {
    await browser.close();
    await site?.close();
  }
}

type RunFile = (file: string, part: string, only: readonly string[]) => Promise<TestResult[]>;
