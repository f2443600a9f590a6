// Compiles one AssemblyScript entry to the TypeScript module that carries its bytes, so that a package needs no loader,
// no bundler plugin and no second download to bring its kernels along.
//
//   node tooling/build/assembly.mjs assembly/fft.ts src/generated/fft.wasm.ts
//
// A module can only import a memory of its own kind: `unshared` builds are for the single-threaded TensorFlow.js engine,
// `shared` ones for its threaded one. Each is made with plain SIMD and with relaxed SIMD, whose fused multiply-add an older
// engine cannot compile. The flags keep the module free of statics and allocations of its own: it lives on another
// module's heap, where every address must come from that module's malloc.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import asc from 'assemblyscript/asc';

const [entry, output] = process.argv.slice(2);
if (!entry || !output) {
  console.error('usage: assembly.mjs ENTRY.ts OUTPUT.ts');
  process.exit(2);
}

const common = ['--runtime', 'stub', '--importMemory', '--noExportMemory', '-O3', '--noAssert', '--enable', 'simd'];
const shared = ['--enable', 'threads', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
const relaxed = ['--enable', 'relaxed-simd'];
const builds = { unshared: [], shared, unsharedRelaxed: relaxed, sharedRelaxed: [...shared, ...relaxed] };

async function compile(extra) {
  let bytes;
  const { error, stderr } = await asc.main([entry, ...common, ...extra, '--outFile', 'module.wasm'], {
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm')) bytes = contents;
    },
  });
  if (error || !bytes) throw new Error(`${entry}: ${stderr.toString() || error}`);
  return bytes;
}

const encoded = {};
for (const [kind, extra] of Object.entries(builds))
  encoded[kind] = Buffer.from(await compile(extra)).toString('base64');

mkdirSync(dirname(resolve(output)), { recursive: true });
writeFileSync(
  output,
  `// Made from ${entry} by tooling/build/assembly.mjs; not edited by hand.\n` +
    `export default {\n  name: '${entry}',\n${Object.entries(encoded)
      .map(([kind, text]) => `  ${kind}: '${text}',\n`)
      .join('')}} as const;\n`,
);
const size = Buffer.from(encoded.unshared, 'base64').length;
console.log(`${entry} → ${output} (${(size / 1024).toFixed(1)} KB of wasm, four builds)`);
