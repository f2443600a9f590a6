// Makes src/generated/gradients.js: tfjs-core's own gradients, registered by one import. tfjs-core keeps them in
// dist/register_all_gradients.js, extensionless ESM that plain Node cannot load, and bundling that file whole would carry
// a second copy of all of tfjs-core. So every import of something tfjs-core exports publicly is turned into that export.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const outfile = resolve(here, '../src/generated/gradients.js');
const require = createRequire(import.meta.url);
const core = resolve(dirname(require.resolve('@tensorflow/tfjs-core/package.json')), 'dist');
const entry = resolve(core, 'register_all_gradients.js');
const quiet = { bundle: true, write: false, logLevel: 'error', platform: 'neutral', mainFields: ['module', 'main'] };

/** Every file of tfjs-core that the gradients reach, however deep. */
async function reachableFiles() {
  const { metafile } = await build({
    ...quiet,
    entryPoints: [entry],
    metafile: true,
    external: ['node-fetch', 'util'],
  });
  return Object.keys(metafile.inputs)
    .map((path) => resolve(path))
    .filter((path) => path.startsWith(core));
}

/**
 * Which export of which file is which public export of tfjs-core: found by identity, in one bundle that holds both, never
 * by a likeness of names.
 */
async function publicNames(files) {
  const contents = [
    `export * as core from ${JSON.stringify(resolve(core, 'index.js'))};`,
    'export const files = {};',
    ...files.flatMap((file, i) => [
      `import * as f${i} from ${JSON.stringify(file)};`,
      `files[${JSON.stringify(file)}] = f${i};`,
    ]),
  ].join('\n');
  const { outputFiles } = await build({
    ...quiet,
    stdin: { contents, resolveDir: core },
    format: 'cjs',
    platform: 'node',
    external: ['node-fetch', 'util'],
  });
  const module = { exports: {} };
  vm.runInThisContext(`(function (module, exports, require) {${outputFiles[0].text}\n})`)(
    module,
    module.exports,
    require,
  );
  const loaded = module.exports;

  const expressions = new Map();
  for (const [name, value] of Object.entries(loaded.core)) {
    const nameable = typeof value === 'function' || (typeof value === 'object' && value !== null);
    if (nameable && !expressions.has(value)) expressions.set(value, name);
  }
  for (const [space, value] of Object.entries(loaded.core)) {
    if (value === null || typeof value !== 'object' || !/_util$|^util$/.test(space)) continue;
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'function' && !expressions.has(member)) expressions.set(member, `${space}.${name}`);
    }
  }
  expressions.set(loaded.core.engine(), 'engine()');

  const kernelNames = resolve(core, 'kernel_names.js');
  const result = new Map();
  for (const file of files) {
    const names = new Map();
    for (const [name, value] of Object.entries(loaded.files[file])) {
      const expression =
        file === kernelNames ? (loaded.core[name] === value ? name : undefined) : expressions.get(value);
      names.set(name, expression);
    }
    result.set(file, names);
  }
  return result;
}

const names = await publicNames(await reachableFiles());

/** Stands between a gradient and the file it imports: public names come from the package, the rest from the file. */
const fromThePackage = {
  name: 'from-the-package',
  setup(bundle) {
    bundle.onResolve({ filter: /^\./ }, (args) => {
      if (args.namespace !== 'file') return undefined;
      const file = resolve(args.resolveDir, `${args.path}.js`);
      const known = names.get(file);
      return known && [...known.values()].some(Boolean)
        ? { path: file, namespace: 'public', sideEffects: false }
        : undefined;
    });
    // What is left of such a file brings no side effects along (engine.js would: it makes a second engine).
    bundle.onResolve({ filter: /^\//, namespace: 'public' }, ({ path }) => ({ path, sideEffects: false }));
    bundle.onLoad({ filter: /.*/, namespace: 'public' }, ({ path }) => {
      const lines = ["import * as core from '@tensorflow/tfjs-core';"];
      for (const [name, expression] of names.get(path)) {
        if (name === 'registerGradient') {
          // A user's bundle may have registered them already; registering twice warns in debug mode.
          lines.push(
            'export function registerGradient(config) {',
            '  if (core.getGradient(config.kernelName) === undefined) core.registerGradient(config);',
            '}',
          );
        } else if (name === 'getGlobalTensorClass') {
          lines.push('export const getGlobalTensorClass = () => core.Tensor;');
        } else if (expression) {
          lines.push(`export { ${name} };`, `const ${name} = /* @__PURE__ */ (() => core.${expression})();`);
        } else {
          lines.push(`export { ${name} } from ${JSON.stringify(path)};`);
        }
      }
      return { contents: lines.join('\n'), resolveDir: dirname(path), loader: 'js' };
    });
  },
};

mkdirSync(dirname(outfile), { recursive: true });
const { outputFiles, metafile } = await build({
  ...quiet,
  stdin: {
    // A few of those gradients call x.reshape(...), which tfjs-core leaves to whoever imports the chained ops.
    contents: `import './register_all_gradients.js'; import './public/chained_ops/reshape.js';`,
    resolveDir: core,
    sourcefile: 'gradients.js',
  },
  outfile,
  write: true,
  metafile: true,
  format: 'esm',
  target: 'es2022',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'eof',
  external: ['@tensorflow/tfjs-core'],
  plugins: [fromThePackage],
}).then((result) => ({ outputFiles: Object.entries(result.metafile.outputs), metafile: result.metafile }));
const bytes = outputFiles[0][1].bytes;
const inner = Object.keys(metafile.inputs).length;
console.log(`${relative(process.cwd(), outfile)} (${(bytes / 1024).toFixed(1)} KB, from ${inner} files)`);
if (bytes > 80_000) throw new Error('the gradients bundle carries a copy of tfjs-core: see what it imports');
