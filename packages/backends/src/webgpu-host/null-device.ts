// A device that makes nothing and computes nothing, with the limits of a real one: what the engine records on it costs the host's
// time alone, and says what it would take.

const originals = new WeakMap<GPUDevice, GPUDevice>();

/** The device for which a null device stands in; of others themselves. */
export function originalOf(device: GPUDevice): GPUDevice {
  return originals.get(device) ?? device;
}

/** Stands in for a device while work is rehearsed. */
export function nullDevice(original: GPUDevice): GPUDevice {
  const { limits, features } = original;
  const nothing = (): void => {};
  const made = { getBindGroupLayout: () => ({}) };
  const pass = { setPipeline: nothing, setBindGroup: nothing, dispatchWorkgroups: nothing, end: nothing };
  const encoder = {
    beginComputePass: () => pass,
    copyBufferToBuffer: nothing,
    clearBuffer: nothing,
    finish: () => ({}),
  };
  const device = {
    limits,
    features,
    queue: { submit: nothing, writeBuffer: nothing },
    lost: new Promise(nothing),
    addEventListener: nothing,
    pushErrorScope: nothing,
    popErrorScope: async () => null,
    createBuffer: nullBuffer,
    createShaderModule: () => made,
    createComputePipeline: () => made,
    createBindGroup: () => made,
    createBindGroupLayout: () => made,
    createPipelineLayout: () => made,
    createCommandEncoder: () => encoder,
  };
  const stand = device as unknown as GPUDevice;
  originals.set(stand, original);
  return stand;
}

/** To tfjs a buffer like others, since it asks for its class; but with nothing behind it. */
function nullBuffer({ size, usage }: GPUBufferDescriptor): GPUBuffer {
  const buffer = Object.create(GPUBuffer.prototype) as GPUBuffer;
  const facts = {
    label: '',
    size,
    usage,
    mapState: 'mapped',
    getMappedRange: () => new ArrayBuffer(size),
    unmap: () => {},
    destroy: () => {},
  };
  for (const [name, value] of Object.entries(facts)) Object.defineProperty(buffer, name, { value, writable: true });
  return buffer;
}
