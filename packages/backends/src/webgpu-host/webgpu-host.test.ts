// How kernels run on WebGPU: the text of a program, what a dispatch checks, records and reuses. What goes wrong on the device
// itself is in engines/webgpu.test.ts.
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../index.ts';
import { hasWebGpu } from '../testing/webgpu.ts';
import { makeOutput, type WebGpuBackend, withOutputs, withScratch } from './backend.ts';
import { dispatch } from './dispatch.ts';
import { bytesOfElement, withOffsets } from './offsets.ts';
import { cached, type Program, wgsl } from './program.ts';
import { rangesOf } from './ranges.ts';
import { recordDispatches } from './record.ts';
import { table } from './tables.ts';

/** y = scale · x + offsets, 64 elements a workgroup. */
const affine: Program = {
  name: 'affine',
  buffers: [
    { name: 'x', access: 'read' },
    { name: 'offsets', access: 'read', type: 'vec2f' },
    { name: 'y', access: 'read_write' },
  ],
  params: { count: 'u32', shift: 'i32', scale: 'f32' },
  workgroupSize: 64,
  shared: { tile: 'array<f32, 64>' },
  declarations: 'fn at(i: u32) -> f32 { return offsets[i % arrayLength(&offsets)].y; }',
  body: `
    let i = group * 64 + local;
    if (i < params.count) { tile[local] = x[i]; }
    workgroupBarrier();

    if (i < params.count) { y[i] = params.scale * tile[local] + at(i) + f32(params.shift); }`,
};

describe('the text of a program', () => {
  test('spells out bindings, parameters, shared memory and the entry point', () => {
    expect(wgsl(affine)).toMatchInlineSnapshot(`
      "@group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0) @binding(1) var<storage, read> offsets: array<vec2f>;
      @group(0) @binding(2) var<storage, read_write> y: array<f32>;
      struct Params { groups: u32, count: u32, shift: i32, scale: f32 }
      @group(0) @binding(3) var<uniform> params: Params;
      var<workgroup> tile: array<f32, 64>;
      fn at(i: u32) -> f32 { return offsets[i % arrayLength(&offsets)].y; }
      @compute @workgroup_size(64)
      fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) local: u32) {
        let group = id.x + id.y * grid.x;
        if (group >= params.groups) { return; }
        let i = group * 64 + local;
            if (i < params.count) { tile[local] = x[i]; }
            workgroupBarrier();

            if (i < params.count) { y[i] = params.scale * tile[local] + at(i) + f32(params.shift); }
      }
      "
    `);
  });

  test('of the least that a program can be', () => {
    const fill: Program = { name: 'fill', enable: ['f16'], buffers: [], workgroupSize: 1, body: '' };
    expect(wgsl(fill)).toMatchInlineSnapshot(`
      "enable f16;
      struct Params { groups: u32 }
      @group(0) @binding(0) var<uniform> params: Params;
      @compute @workgroup_size(1)
      fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) local: u32) {
        let group = id.x + id.y * grid.x;
        if (group >= params.groups) { return; }

      }
      "
    `);
  });

  test('is built once for the same arguments', () => {
    const built: [number, boolean][] = [];
    const build = cached((size: number, isWide: boolean) => {
      built.push([size, isWide]);
      return { size };
    });
    expect(build(1, true)).toBe(build(1, true));
    expect(build(1, false)).not.toBe(build(1, true));
    expect(built).toEqual([
      [1, true],
      [1, false],
    ]);
  });
});

describe('a part that begins where no binding may', () => {
  test('is indexed from where it begins, by a program that is built once', () => {
    const moved = withOffsets(affine, ['x', 'y']);
    expect(withOffsets(affine, ['x', 'y'])).toBe(moved);
    expect(withOffsets(affine, [])).toBe(affine);
    expect(wgsl(moved)).toMatchInlineSnapshot(`
      "@group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0) @binding(1) var<storage, read> offsets: array<vec2f>;
      @group(0) @binding(2) var<storage, read_write> y: array<f32>;
      struct Params { groups: u32, count: u32, shift: i32, scale: f32, xFrom: u32, yFrom: u32 }
      @group(0) @binding(3) var<uniform> params: Params;
      var<workgroup> tile: array<f32, 64>;
      fn at(i: u32) -> f32 { return offsets[i % arrayLength(&offsets)].y; }
      @compute @workgroup_size(64)
      fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) local: u32) {
        let group = id.x + id.y * grid.x;
        if (group >= params.groups) { return; }
        let i = group * 64 + local;
            if (i < params.count) { tile[local] = x[params.xFrom + i]; }
            workgroupBarrier();

            if (i < params.count) { y[params.yFrom + i] = params.scale * tile[local] + at(i) + f32(params.shift); }
      }
      "
    `);
  });

  test('wants a program that only indexes the buffer', () => {
    for (const name of ['offsets', 'length'])
      expect(() => withOffsets({ ...affine, body: `${affine.body} let length = 3;` }, [name])).toThrow(
        `affine: '${name}' is given a part that begins where no binding may`,
      );
  });

  test('leaves parameters of its name alone that are not indexed, and refuses others', () => {
    const withFunction = (text: string): Program => ({ ...affine, declarations: `${affine.declarations}\n${text}` });
    const twice = 'fn twice(y: f32) -> f32 { return y + y; }';
    expect(wgsl(withOffsets(withFunction(twice), ['y']))).toContain(`\n${twice}\n`);
    const first = 'fn first(y: vec2f) -> f32 { return y[0]; }';
    expect(() => withOffsets(withFunction(`${twice}\n${first}`), ['y'])).toThrow("affine: 'y' is given a part");
  });

  test('has elements of a known size', () => {
    const types = ['f32', 'atomic<u32>', 'vec2f', 'vec4<f32>', 'f16', 'vec4h', undefined];
    expect(types.map((type) => bytesOfElement(type))).toEqual([4, 4, 8, 16, 2, 8, 4]);
    expect(() => bytesOfElement('mat2x2f')).toThrow('no size is known of elements of type mat2x2f');
  });
});

describe('ranges', () => {
  const device = { limits: { maxStorageBufferBindingSize: 4096, minStorageBufferOffsetAlignment: 256 } } as GPUDevice;
  const of = (count: number, sizes: number[], unit = 1) =>
    rangesOf({ device }, { op: 'halve', item: 'an example', count, sizes, unit }).map(({ first, count }) => [
      first,
      count,
    ]);

  test('are one where all fits, and none of nothing', () => {
    expect(of(4, [1024, 12])).toEqual([[0, 4]]);
    expect(of(0, [1024])).toEqual([]);
  });

  test('begin where bindings may if they can, and else leave room for what lies before', () => {
    expect(of(5, [1024])).toEqual([
      [0, 3],
      [3, 2],
    ]);
    // 64 items of 60 bytes end where a binding may begin; of 68 bytes 56 fit, and end anywhere
    expect(of(100, [60])).toEqual([
      [0, 64],
      [64, 36],
    ]);
    expect(of(100, [68])).toEqual([
      [0, 56],
      [56, 44],
    ]);
    expect(of(5, [1028, 4])).toEqual([
      [0, 3],
      [3, 2],
    ]);
    expect(of(9, [1028], 2)).toEqual([
      [0, 2],
      [2, 2],
      [4, 2],
      [6, 2],
      [8, 1],
    ]);
  });

  test('cannot divide an item', () => {
    expect(() => of(2, [3844])).toThrow(
      'halve: an example takes 0.0 MB, and this device binds at most 0.0 MB at once; use smaller batches or shorter sequences',
    );
  });
});

describe.runIf(await hasWebGpu())('a dispatch', () => {
  const backend = (): WebGpuBackend => tf.backend() as unknown as WebGpuBackend;
  const params = { count: 100, shift: -3, scale: 0.5 };
  let made: tf.Tensor[] = [];

  beforeEach(async () => {
    await useBackend('webgpu');
    made = [];
  });
  afterEach(() => tf.dispose(made));

  const tensor = (values: number[]): tf.Tensor => {
    const t = tf.tensor1d(values);
    made.push(t);
    return t;
  };
  const output = (count: number): tf.Tensor => {
    const t = tf.engine().makeTensorFromTensorInfo(makeOutput(backend(), [count]));
    made.push(t);
    return t;
  };
  const buffers = (count = 100) => ({
    x: tensor(Array.from({ length: count }, (_, i) => i)),
    offsets: tensor([0, 10, 0, 20]),
    y: output(count),
  });
  const wanted = (count: number) => Array.from({ length: count }, (_, i) => 0.5 * i + (i % 2 ? 20 : 10) - 3);

  test('a kernel that throws gives its outputs back, and those of kernels it has run', () => {
    const engine = tf.backend() as unknown as WebGpuBackend & { numDataIds(): number };
    const before = engine.numDataIds();
    const kept = withOutputs(engine, () => makeOutput(engine, [4]));
    expect(engine.numDataIds()).toBe(before + 1);
    const failing = (): void => {
      withOutputs(engine, () => makeOutput(engine, [4]));
      dispatch(engine, affine, { buffers: { y: makeOutput(engine, [4]) }, groups: 1 });
    };
    expect(() => withOutputs(engine, failing)).toThrow("affine: nothing is bound to its buffer 'x'");
    expect(engine.numDataIds()).toBe(before + 1);
    engine.disposeData(kept.dataId);
  });

  test('computes', async () => {
    const given = buffers();
    dispatch(backend(), affine, { buffers: given, params, groups: 2 });
    expect(Array.from(await given.y.data())).toEqual(wanted(100));
  });

  test('of no workgroups does nothing, and of a part of one is refused', async () => {
    const { dispatches } = await recordDispatches(() =>
      dispatch(backend(), affine, { buffers: buffers(), params, groups: 0 }),
    );
    expect(dispatches).toEqual([]);
    for (const groups of [1.5, -1, Number.NaN]) {
      expect(() => dispatch(backend(), affine, { buffers: buffers(), params, groups })).toThrow(
        `affine: groups must be a whole number, got ${groups}`,
      );
    }
  });

  test('names the buffer or the parameter that is missing', () => {
    const { x, y } = buffers();
    expect(() => dispatch(backend(), affine, { buffers: { x, y }, params, groups: 2 })).toThrow(
      "affine: nothing is bound to its buffer 'offsets'",
    );
    expect(() =>
      dispatch(backend(), affine, { buffers: buffers(), params: { count: 100, shift: 0 }, groups: 2 }),
    ).toThrow("affine: its parameter 'scale' is not given");
  });

  test('refuses programs that are too large for the device, by name', async () => {
    const { maxStorageBuffersPerShaderStage, maxComputeInvocationsPerWorkgroup } = backend().device.limits;
    const names = Array.from({ length: maxStorageBuffersPerShaderStage + 1 }, (_, i) => `b${i}`);
    const wide = { ...affine, name: 'wide', workgroupSize: 2 * maxComputeInvocationsPerWorkgroup };
    const many: Program = {
      ...affine,
      name: 'many',
      buffers: names.map((name) => ({ name, access: 'read' as const })),
    };
    expect(() => dispatch(backend(), wide, { buffers: buffers(), params, groups: 1 })).toThrow(
      `wide: a workgroup has ${wide.workgroupSize} invocations, on this device at most ${maxComputeInvocationsPerWorkgroup}`,
    );
    expect(() => dispatch(backend(), many, { buffers: {}, params, groups: 1 })).toThrow(
      `many: the program binds ${names.length} buffers, this device at most ${maxStorageBuffersPerShaderStage}`,
    );
    const { x, offsets, y } = buffers();
    const large = { ...affine, name: 'large', shared: { big: 'array<vec4f, 50000>' }, body: 'y[0] = big[local].x;' };
    dispatch(backend(), large, { buffers: { x, offsets, y }, params, groups: 2 });
    await expect(y.data()).rejects.toThrow(/^large: the shader does not compile: .*workgroup storage/s);
  });

  test('refuses a buffer that is larger than the device binds at once, but not a part of it', async () => {
    const most = backend().device.limits.maxStorageBufferBindingSize;
    const huge = output(most / 4 + 64);
    const { x, offsets } = buffers();
    expect(() => dispatch(backend(), affine, { buffers: { x, offsets, y: huge }, params, groups: 2 })).toThrow(
      /^affine: 'y' takes [\d.]+ MB, and this device binds at most [\d.]+ MB at once; use smaller batches/,
    );
    const part = { tensor: huge, offset: 256, bytes: 400 };
    dispatch(backend(), affine, { buffers: { x, offsets, y: part }, params, groups: 2 });
    const head = tf.engine().makeTensorFromTensorInfo(makeOutput(backend(), [164]));
    made.push(head);
    const copy: Program = {
      ...affine,
      name: 'copy',
      buffers: [
        { name: 'x', access: 'read' },
        { name: 'y', access: 'read_write' },
      ],
      declarations: '',
      body: 'let i = group * 64 + local; if (i < params.count) { y[i] = x[i]; tile[0] = 0; }',
    };
    const from = { tensor: huge, offset: 0, bytes: 656 };
    dispatch(backend(), copy, { buffers: { x: from, y: head }, params: { ...params, count: 164 }, groups: 3 });
    expect(Array.from((await head.data()).slice(64))).toEqual(wanted(100));
  });

  test('reads and writes parts that begin anywhere', async () => {
    const [x, offsets] = [tensor(Array.from({ length: 200 }, (_, i) => i - 70)), tensor([0, 10, 0, 20])];
    const y = tensor(new Array(200).fill(-1));
    const part = (t: tf.Tensor, first: number) => ({ tensor: t, offset: 4 * first, bytes: 400 });
    dispatch(
      backend(),
      { ...affine, declarations: 'fn at(i: u32) -> f32 { return offsets[i % 2].y; }' },
      {
        buffers: { x: part(x, 70), offsets, y: part(y, 13) },
        params,
        groups: 2,
      },
    );
    expect(Array.from(await y.data())).toEqual([...new Array(13).fill(-1), ...wanted(100), ...new Array(87).fill(-1)]);
  });

  test('refuses parts that are not within their tensor', () => {
    const { x, offsets, y } = buffers();
    const run = (offset: number, bytes: number) => () =>
      dispatch(backend(), affine, { buffers: { x, offsets, y: { tensor: y, offset, bytes } }, params, groups: 2 });
    expect(run(6, 16)).toThrow("affine: 'y' begins at byte 6, and its elements have 4");
    expect(run(0, 404)).toThrow("affine: 'y' is given bytes 0 to 404 of a tensor of 400");
    expect(run(0, 0)).toThrow("affine: 'y' is given bytes 0 to 0 of a tensor of 400");
  });

  test('of more workgroups than one dimension of a grid holds reaches every one', async () => {
    const groups = 65_535 * 2 + 7;
    const y = output(groups);
    const mark: Program = {
      name: 'mark',
      buffers: [{ name: 'y', access: 'read_write' }],
      workgroupSize: 1,
      body: 'y[group] = f32(group) + 1;',
    };
    dispatch(backend(), mark, { buffers: { y }, groups });
    const values = await y.data();
    expect(values.findIndex((value, i) => value !== i + 1)).toBe(-1);
  });

  test('is recorded with its bytes: tables are free unless said otherwise, parts count as parts', async () => {
    const offsets = table(backend(), 'offsets of a test', () => Float32Array.of(0, 10, 0, 20));
    const { x, y } = buffers();
    const half = { tensor: y, offset: 0, bytes: 200 };
    const { dispatches } = await recordDispatches(() => {
      dispatch(backend(), affine, { buffers: { x, offsets, y }, params, groups: 2 });
      const times = { x: 3, offsets: 2 };
      dispatch(backend(), affine, {
        buffers: { x, offsets, y: half },
        params: { ...params, count: 50 },
        groups: 1,
        times,
      });
    });
    expect(dispatches).toEqual([
      { name: 'affine', workgroups: 2, readBytes: 400, writtenBytes: 400 },
      { name: 'affine', workgroups: 1, readBytes: 3 * 400 + 2 * 16, writtenBytes: 200 },
    ]);
    dispatch(backend(), affine, { buffers: { x, offsets, y }, params, groups: 2 });
    expect(dispatches).toHaveLength(2);
  });

  test('sees the values that an earlier one wrote, read in between or not', async () => {
    const y = tensor([1, 2, 3]);
    const double: Program = {
      name: 'double',
      buffers: [{ name: 'y', access: 'read_write' }],
      workgroupSize: 4,
      body: 'if (local < arrayLength(&y)) { y[local] = 2 * y[local]; }',
    };
    dispatch(backend(), double, { buffers: { y }, groups: 1 });
    expect(Array.from(await y.data())).toEqual([2, 4, 6]);
    dispatch(backend(), double, { buffers: { y }, groups: 1 });
    dispatch(backend(), double, { buffers: { y }, groups: 1 });
    expect(Array.from(await y.data())).toEqual([8, 16, 24]);
  });

  test('takes tables that are made once', async () => {
    let calls = 0;
    const make = () => {
      calls++;
      return Float32Array.of(1, 2);
    };
    const first = table(backend(), 'once', make);
    expect(table(backend(), 'once', make)).toBe(first);
    expect(calls).toBe(1);
  });

  test('may use scratch that is given back: a hundred take no more memory than ten', async () => {
    const { x, offsets, y } = buffers();
    const round = async (): Promise<number> => {
      for (let i = 0; i < 10; i++) {
        withScratch(backend(), 100, (scratch) => {
          dispatch(backend(), affine, { buffers: { x, offsets, y: scratch }, params, groups: 2 });
          dispatch(backend(), affine, { buffers: { x: scratch, offsets, y }, params, groups: 2 });
        });
      }
      await y.data();
      return (tf.memory() as unknown as { numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU;
    };
    const tensors = tf.memory().numTensors;
    const bytes = await round();
    for (let i = 0; i < 9; i++) await round();
    expect(await round()).toBe(bytes);
    expect(tf.memory().numTensors).toBe(tensors);
    const twice = wanted(100).map((value, i) => 0.5 * value + (i % 2 ? 20 : 10) - 3);
    expect(Array.from(await y.data())).toEqual(twice);
  });

  test('gives scratch back when what it is for fails', () => {
    const data = (): number => (backend() as unknown as { numDataIds(): number }).numDataIds();
    const before = data();
    const fail = (): never => {
      throw new Error('no');
    };
    expect(() => withScratch(backend(), 4, fail)).toThrow('no');
    expect(data()).toBe(before);
  });
});
