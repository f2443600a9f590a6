// A device that makes nothing and computes nothing, with the limits of a real one: what the engine records on it costs the host's
// time alone, and says what it would take.

/** Stands in for a device while work is rehearsed. */
export function nullDevice(original: GPUDevice): GPUDevice {
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
    get limits() {
      return original.limits;
    },
    features: original.features,
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
  return device as unknown as GPUDevice;
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
