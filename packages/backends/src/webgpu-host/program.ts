// A compute program as data, and its WGSL: bindings, parameters and the entry point are spelt out in one place, so that they
// cannot disagree with what `dispatch` binds. Plain text, testable without a device.

export type Scalar = 'u32' | 'i32' | 'f32';

export interface BufferSlot {
  /** what the body calls it */
  readonly name: string;
  readonly access: 'read' | 'read_write';
  /** WGSL type of an element, default f32 */
  readonly type?: string;
}

/** Build programs once (see {@link cached}): a pipeline is compiled for each object and device. */
export interface Program {
  /** the op and the pass, for errors and profiles: 'rfft', 'ddConv: columns' */
  readonly name: string;
  /** storage buffers, in the order of their bindings; 8 work everywhere */
  readonly buffers: readonly BufferSlot[];
  /** uniform numbers, read as `params.<name>`; `groups`, the number of workgroups, is always there */
  readonly params?: Readonly<Record<string, Scalar>>;
  /** invocations of a workgroup; 256 work everywhere */
  readonly workgroupSize: number;
  /** `var<workgroup>` by name: 16 KiB together work everywhere */
  readonly shared?: Readonly<Record<string, string>>;
  /** extensions to enable: 'f16', 'subgroups' */
  readonly enable?: readonly string[];
  /** functions and constants at module scope */
  readonly declarations?: string;
  /** of the entry point; sees `group` and `local` (u32), the linear index of the workgroup and of the invocation in it */
  readonly body: string;
}

/** The program's WGSL. */
export function wgsl({
  buffers,
  params = {},
  workgroupSize,
  shared = {},
  enable = [],
  declarations,
  body,
}: Program): string {
  const lines = [
    ...enable.map((extension) => `enable ${extension};`),
    ...buffers.map(
      ({ name, access, type = 'f32' }, i) =>
        `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${type}>;`,
    ),
    `struct Params { ${[['groups', 'u32'], ...Object.entries(params)].map(([name, type]) => `${name}: ${type}`).join(', ')} }`,
    `@group(0) @binding(${buffers.length}) var<uniform> params: Params;`,
    ...Object.entries(shared).map(([name, type]) => `var<workgroup> ${name}: ${type};`),
    ...(declarations ? [declarations.trim()] : []),
    `@compute @workgroup_size(${workgroupSize})`,
    'fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) local: u32) {',
    '  let group = id.x + id.y * grid.x;',
    '  if (group >= params.groups) { return; }',
    indent(body),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function indent(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => (line.trim() === '' ? '' : `  ${line}`))
    .join('\n');
}

/** `build`, remembering what it built for the same arguments. */
export function cached<Arguments extends readonly (string | number | boolean)[], T>(
  build: (...args: Arguments) => T,
): (...args: Arguments) => T {
  const built = new Map<string, T>();
  return (...args) => {
    const key = args.join('|');
    let value = built.get(key);
    if (value === undefined) {
      value = build(...args);
      built.set(key, value);
    }
    return value;
  };
}
