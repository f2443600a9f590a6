// The page of the trainers' README, as it is printed there: it trains in a worker, and in two, to the losses of Node.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, chromiumPath, launchChromium, openPage } from '../../../tooling/browser/chromium.ts';
import { buildSite, type Site } from '../../../tooling/browser/site.ts';

const home = fileURLToPath(new URL('../../../packages/trainers', import.meta.url));
/** In the package, so that its name and those of its dependencies are found. */
const folder = join(home, 'src/generated/readme-page');
const steps = 40;

/** The blocks of the README's section that begin with a file's name. */
function files(): Map<string, string> {
  const readme = readFileSync(join(home, 'README.md'), 'utf8').split('## In a page\n')[1]!;
  return new Map(
    [...readme.matchAll(/```js\n(\/\/ ([\w.]+\.js)\b[\s\S]*?)```/g)].map(([, text, name]) => [name!, text!]),
  );
}

/** Lines of a step's number and its loss. */
function losses(text: string): number[] {
  const lines = [...text.matchAll(/^(\d+) (\d+\.\d+)$/gm)];
  expect(
    lines.map(([, step]) => Number(step)),
    text,
  ).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
  return lines.map(([, , loss]) => Number(loss));
}

/** Runs `worker.js` in Node, with what it expects of a worker and Node has not. */
function lossesInNode(): number[] {
  const file = join(folder, 'node.mjs');
  writeFileSync(
    file,
    "globalThis.self = globalThis;\nglobalThis.postMessage = console.log;\nawait import('./worker.js');\n",
  );
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', tsx, file], { encoding: 'utf8' });
  expect([stderr, status]).toEqual(['', 0]);
  return losses(stdout);
}

/** A further worker that fails in its third step. */
const failing = `
import { serveReplica } from '@orchid-ml/trainers/browser';
import { make } from './make.js';

serveReplica(async (config) => {
  const replica = await make(config);
  const { loss } = replica.task;
  let steps = 0;
  replica.task.loss = (model, batch) => {
    if (++steps === 3) throw new Error('a fault that the test put here');
    return loss(model, batch);
  };
  return replica;
});
`;

describe.runIf(chromiumPath || process.env.CI)("the README's page", () => {
  let browser: Browser;
  const sites: Record<string, Site> = {};
  let inNode: number[];

  beforeAll(async () => {
    browser = await launchChromium();
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const parts = files();
    expect([...parts.keys()]).toEqual(['make.js', 'worker.js', 'replica.js', 'main.js', 'vite.config.js']);
    for (const [name, text] of parts) writeFileSync(join(folder, name), text);
    const page = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>';
    writeFileSync(join(folder, 'index.html'), page);
    const configFile = join(folder, 'vite.config.js');
    sites.whole = await buildSite(folder, { configFile });
    writeFileSync(join(folder, 'replica.js'), failing);
    sites.failing = await buildSite(folder, { configFile });
    inNode = lossesInNode();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await Promise.all(Object.values(sites).map((site) => site.close()));
  });

  /** What the page shows once it has trained or failed, and what it complained of. */
  async function shown(address: string): Promise<{ text: string; complaints: string[] }> {
    const { page, complaints } = await openPage(browser, address);
    await page.waitForFunction(
      (last) => /failed/.test(document.body.textContent) || document.body.textContent.includes(`\n${last} `),
      steps,
    );
    const text = await page.evaluate(() => document.body.textContent);
    await page.close();
    return { text, complaints };
  }

  it.each(['plain', 'isolated'] as const)('trains to the losses of Node (%s)', async (kind) => {
    const { text, complaints } = await shown(sites.whole![kind]);
    expect(complaints).toEqual([]);
    const inPage = losses(text);
    expect(inPage.at(-1)).toBeLessThan(inPage[0]!);
    expect(Math.max(...inPage.map((loss, i) => Math.abs(loss - inNode[i]!)))).toBeLessThan(1e-4);
  });

  it('says which worker failed, and why', async () => {
    const { text } = await shown(sites.failing!.isolated);
    expect(text).toMatch(
      /^1 \d\S+\n2 \d\S+\ntraining failed: .*worker of rank 1 .* failed: a fault that the test put here\n$/,
    );
  });
});

if (!chromiumPath && !process.env.CI)
  it.skip("SKIPPED: no Chromium on this machine, so the README's page was not tried (apt-get install chromium)", () => {});
