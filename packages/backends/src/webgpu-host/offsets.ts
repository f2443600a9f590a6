// Parts of tensors begin anywhere, bindings only where the device allows it. A part that begins elsewhere is bound from the place
// before, and the program that reads it adds, at every access of that buffer, what lies between.
import type { Program } from './program.ts';

const shifted = new WeakMap<Program, Map<string, Program>>();

/** The param that says where a buffer's part begins in what is bound, in elements. */
export function offsetParam(buffer: string): string {
  return `${buffer}From`;
}

/**
 * The program for parts of the buffers `names`: every `name[i]` of its text is `name[params.nameFrom + i]`. Built once.
 *
 * @throws Error naming the program where its text does more with a buffer than index it, or has a variable of the same name, or a
 *   function's parameter of the same name that is indexed
 */
export function withOffsets(program: Program, names: readonly string[]): Program {
  if (names.length === 0) return program;
  let variants = shifted.get(program);
  if (!variants) {
    variants = new Map();
    shifted.set(program, variants);
  }
  const key = names.join(' ');
  let variant = variants.get(key);
  if (!variant) {
    variant = build(program, names);
    variants.set(key, variant);
  }
  return variant;
}

function build(program: Program, names: readonly string[]): Program {
  const indexed = (text: string): string =>
    names.reduce(
      (all, name) => all.replaceAll(new RegExp(`(?<![.\\w])${name}\\[`, 'g'), `${name}[params.${offsetParam(name)} + `),
      text,
    );
  const functions = [...(program.declarations ?? '').split(/^(?=\s*fn\b)/m), program.body];
  for (const name of names) {
    // A pointer of the same name is not indexed without a `*` and a parenthesis before the bracket.
    const isVariable = new RegExp(`\\b(?:let|var|const)\\s+${name}\\b|&\\s*${name}\\b(?!\\[)`);
    const isParameter = new RegExp(`(?<![.\\w])${name}\\s*:(?!\\s*ptr<)`);
    const isIndexed = new RegExp(`(?<![.\\w])${name}\\[`);
    if (functions.some((text) => isVariable.test(text) || (isParameter.test(text) && isIndexed.test(text)))) {
      throw new Error(
        `${program.name}: '${name}' is given a part that begins where no binding may, which wants a program that does no more ` +
          `with '${name}' than index it and has no other of that name`,
      );
    }
  }
  const params = Object.fromEntries(names.map((name) => [offsetParam(name), 'u32' as const]));
  return {
    ...program,
    params: { ...program.params, ...params },
    ...(program.declarations !== undefined && { declarations: indexed(program.declarations) }),
    body: indexed(program.body),
  };
}

/**
 * Bytes of an element of a buffer.
 *
 * @throws Error for a type of whose size nothing is known here
 */
export function bytesOfElement(type = 'f32'): number {
  const scalar: Readonly<Record<string, number>> = { f32: 4, u32: 4, i32: 4, f16: 2, f: 4, u: 4, i: 4, h: 2 };
  const [, width, short, long] = /^vec([24])(?:([fuih])|<(\w+)>)$/.exec(type) ?? [];
  const inner = /^atomic<(\w+)>$/.exec(type)?.[1] ?? type;
  const bytes = width ? Number(width) * (scalar[(short ?? long)!] ?? Number.NaN) : scalar[inner];
  if (bytes === undefined || Number.isNaN(bytes)) throw new Error(`no size is known of elements of type ${type}`);
  return bytes;
}
