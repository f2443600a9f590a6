// What a user gets from the registry: the packages are packed, installed with npm into an empty Node project and into an
// empty Vite project, and the README's example has to train there.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chromiumPath, launchChromium } from '../browser/chromium.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const packages = ['backends', 'fft', 'dd-conv'];
const { catalog } = parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')) as {
  catalog: Record<string, string>;
};
const pinned = (name: string) => {
  if (!catalog[name]) throw new Error(`pnpm-workspace.yaml pins no version of ${name}`);
  return `${name}@${catalog[name]}`;
};
const peers = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-cpu'].map(pinned);

let folder: string;
let tarballs: string[];

function sh(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 240_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? `exit ${status}`}\n${stdout}\n${stderr}`);
  return stdout;
}

/** The first JavaScript example of a README, as a user would copy it. */
function example(readme: string): string {
  const found = readFileSync(join(root, readme), 'utf8').match(/```js\n([\s\S]*?)```/);
  if (!found) throw new Error(`${readme} has no js example`);
  return found[1]!;
}

function project(name: string, extra: string[] = []): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  sh(path, 'npm', 'install', '--no-audit', '--no-fund', ...tarballs, ...peers, ...extra);
  return path;
}

/** The losses that an example prints: the number at the end of a line. */
function losses(output: string): number[] {
  return [...output.matchAll(/\s(\d+\.[\de+-]*)$/gm)].map((match) => Number(match[1]));
}

function expectTrained(output: string): void {
  const seen = losses(output);
  expect(seen.length, output).toBeGreaterThan(2);
  expect(seen.at(-1)!, output).toBeLessThan(seen[0]! / 4);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'orchid-pack-'));
  for (const name of packages) {
    const path = join(root, 'packages', name);
    rmSync(join(path, 'dist'), { recursive: true, force: true });
    sh(path, 'npx', '--no-install', 'tsc', '-p', 'tsconfig.build.json');
    sh(path, 'npx', '--yes', pinnedPnpm(), 'pack', '--pack-destination', folder);
  }
  tarballs = readdirSync(folder)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => join(folder, file));
  expect(tarballs).toHaveLength(packages.length);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pinnedPnpm(): string {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
}

describe('packed packages in an empty Node project', () => {
  let path: string;
  beforeAll(() => {
    path = project('node-project', [pinned('typescript')]);
  }, 300_000);

  it.each(['README.md', 'packages/dd-conv/README.md'])(
    'the example of %s trains',
    (readme) => {
      writeFileSync(join(path, 'example.js'), example(readme));
      expectTrained(sh(path, 'node', 'example.js'));
    },
    120_000,
  );

  it('brings gradients with it: a plain tfjs gradient works after importing fft alone', () => {
    writeFileSync(
      join(path, 'gradients.js'),
      `import * as tf from '@tensorflow/tfjs-core';
       import '@tensorflow/tfjs-backend-cpu';
       import { rfft } from '@orchid-ml/fft';
       const g = tf.grad((x) => { const { re, im } = rfft(x); return tf.sum(tf.add(tf.square(re), tf.square(im))); });
       console.log(JSON.stringify(Array.from(await g(tf.tensor1d([1, 2, 3, 4])).data())));`,
    );
    // The slope of Σ|X_k|² over the three bins of a four-point rfft, from the definition.
    const gradient = JSON.parse(sh(path, 'node', 'gradients.js').trim().split('\n').at(-1)!);
    const x = [1, 2, 3, 4];
    const expected = x.map((_, n) =>
      [0, 1, 2].reduce((total, k) => {
        const re = x.reduce((sum, v, m) => sum + v * Math.cos((Math.PI * k * m) / 2), 0);
        const im = x.reduce((sum, v, m) => sum - v * Math.sin((Math.PI * k * m) / 2), 0);
        return total + 2 * re * Math.cos((Math.PI * k * n) / 2) - 2 * im * Math.sin((Math.PI * k * n) / 2);
      }, 0),
    );
    expected.forEach((value, n) => void expect(gradient[n]).toBeCloseTo(value, 4));
  }, 60_000);

  it('has types that a strict nodenext project accepts', () => {
    writeFileSync(
      join(path, 'types.ts'),
      `import { useBackend } from '@orchid-ml/backends';
       import { rfft, irfft } from '@orchid-ml/fft';
       import { rfft as plainRfft } from '@orchid-ml/fft/plain';
       import { ddConv, longConv } from '@orchid-ml/dd-conv';
       import { zeros, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
       const name: string = (await useBackend('auto')).name;
       const y: Tensor = ddConv(zeros<any>([1, 4, 2]) as Tensor3D, { kernel: zeros([4, 2]) });
       const z: Tensor = longConv(zeros<any>([1, 4, 2]) as Tensor3D, zeros([4, 2]), { mode: 'causal' });
       const back: Tensor = irfft(rfft(y), { n: 2 });
       const bins: Float64Array = plainRfft([1, 2, 3]).re;
       // @ts-expect-error there is no such mode
       longConv(y as Tensor3D, zeros([4, 2]), { mode: 'diagonal' });
       export { back, bins, name, z };`,
    );
    sh(
      path,
      'npx',
      'tsc',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      'types.ts',
    );
  }, 120_000);
});

describe('packed packages in an empty Vite project', () => {
  if (!chromiumPath && !process.env.CI) {
    it.skip('SKIPPED: no Chromium on this machine, so the browser example was not tried (apt-get install chromium)', () => {});
    return;
  }
  let path: string;
  beforeAll(() => {
    path = project('vite-project', [pinned('vite')]);
    // The example prints with console.log; the page shows the same lines, and says when it is done.
    writeFileSync(
      join(path, 'index.html'),
      '<!doctype html><pre id="log"></pre><script type="module" src="/main.js"></script>',
    );
    writeFileSync(
      join(path, 'main.js'),
      `const log = document.getElementById('log');
       const print = console.log;
       console.log = (...words) => { print(...words); log.textContent += words.join(' ') + '\\n'; };
       import('./example.js').then(() => { document.title = 'done'; }, (error) => { log.textContent += error.stack; document.title = 'failed'; });`,
    );
    writeFileSync(join(path, 'example.js'), example('README.md'));
    writeFileSync(join(path, 'vite.config.js'), "export default { build: { target: 'es2022' } };");
  }, 300_000);

  it('trains in the page from the development server', async () => {
    expectTrained(await trainInPage(path, ['--port', '0']));
  }, 180_000);

  it('trains in the page as built for production', async () => {
    sh(path, 'npx', 'vite', 'build');
    expectTrained(await trainInPage(path, ['preview', '--port', '0']));
  }, 240_000);
});

async function trainInPage(path: string, args: string[]): Promise<string> {
  const server = spawn(join(path, 'node_modules/.bin/vite'), [...args, '--host', '127.0.0.1'], { cwd: path });
  let said = '';
  try {
    const url = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        said += chunk;
        // biome-ignore lint/suspicious/noControlCharactersInRegex: Vite colours its address.
        const found = said.replace(/\u001b\[[\d;]*m/g, '').match(/http:\/\/127\.0\.0\.1:\d+\//);
        if (found) resolve(found[0]);
      };
      server.stdout.on('data', read);
      server.stderr.on('data', read);
      server.on('exit', (code) => reject(new Error(`vite ended with ${code}: ${said}`)));
    });
    const chrome = await launchChromium();
    try {
      const page = await chrome.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('requestfailed', (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`));
      await page.goto(url);
      // The development server may reload the page once, after it has found what to pre-bundle.
      await page
        .waitForFunction(() => document.title !== '', undefined, { timeout: 120_000 })
        .catch((error: Error) => {
          throw new Error(`${error.message}\n${errors.join('\n')}\n${said}`);
        });
      const text = (await page.textContent('#log')) ?? '';
      expect(await page.title(), `${text}\n${errors.join('\n')}`).toBe('done');
      return text;
    } finally {
      await chrome.close();
    }
  } finally {
    server.removeAllListeners('exit');
    server.kill();
  }
}
