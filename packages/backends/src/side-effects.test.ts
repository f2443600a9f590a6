// What a bundler may leave out: package.json's list of files with side effects has to keep the gradients in.
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

interface Vite {
  build(options: object): Promise<{ output: { code?: string }[] }[]>;
}

/** A program of one import, bundled for production by the Vite that vitest brings, tfjs left outside. */
async function bundled(program: string): Promise<string> {
  const vitest = createRequire(import.meta.url).resolve('vitest/package.json');
  const { build } = (await import(pathToFileURL(createRequire(vitest).resolve('vite')).href)) as Vite;
  const results = await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'program',
        enforce: 'pre',
        resolveId: (id: string) => (id.endsWith('program.js') ? '\0program.js' : null),
        load: (id: string) => (id === '\0program.js' ? program : null),
      },
    ],
    build: { write: false, lib: { entry: 'program.js', formats: ['es'] }, rollupOptions: { external: /^@tensorflow/ } },
  });
  return results.flatMap(({ output }) => output.map(({ code }) => code ?? '')).join('\n');
}

test.each(['index.ts', 'ops/index.ts', 'autodiff/index.ts'])(
  '%s brings the gradients along, whatever is used of it',
  async (file) => {
    const path = JSON.stringify(fileURLToPath(new URL(file, import.meta.url)));
    const name = file === 'index.ts' ? 'useBackend' : file === 'ops/index.ts' ? 'linear' : 'checkpoint';
    const code = await bundled(`import { ${name} } from ${path}; console.log(${name});`);
    expect(code).toMatch(/registerGradient\b/);
  },
);

test('native code, which is installed here, stays out of a bundle, imports of it too', async () => {
  const path = JSON.stringify(fileURLToPath(new URL('index.ts', import.meta.url)));
  const code = await bundled(`import { useBackend } from ${path}; console.log(useBackend);`);
  expect(code).toContain('koffi is not installed');
  // What koffi's own loader says, and imports that a browser or a later bundler would resolve.
  expect(code).not.toContain('koromix');
  expect(code).not.toMatch(/(import\(|from|import)\s*["'`](koffi|webgpu|node:)/);
  expect(code).toContain('the package webgpu is not installed');
  expect(code).not.toContain('dawn.node');
});
