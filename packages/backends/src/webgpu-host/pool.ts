// The device's memory: TensorFlow.js's own manager of buffers keeps every buffer that was ever made, for one of the same size, and
// knows no limit. This one, in its place, counts what is in use at most, keeps no more for reuse than that, and within a limit
// gives back what is not in use before it asks the device for more.

/** Buffers that are free are kept up to so many bytes, whatever was in use. */
const FEW_BYTES = 2 ** 26;

export class DevicePool {
  /** bytes of the buffers that tensors, scratch and tables have; and those of all there are, with what is kept for reuse */
  numBytesUsed = 0;
  numBytesAllocated = 0;
  /** the most bytes in use since `resetPeak` */
  peak = 0;
  /** what may be allocated, kept to as long as what is in use fits: bytes */
  limit = Number.POSITIVE_INFINITY;
  /** called before buffers are destroyed: submits the commands that may still use them */
  settle: () => void = () => {};
  private readonly device: Pick<GPUDevice, 'createBuffer'>;
  private readonly used = new Set<GPUBuffer>();
  /** by size and usage */
  private readonly free = new Map<string, GPUBuffer[]>();
  /** all that are free, the longest unused first */
  private readonly order = new Set<GPUBuffer>();
  private most = 0;
  private isGone = false;

  /** @param inUse bytes of buffers that others have on the device */
  constructor(device: Pick<GPUDevice, 'createBuffer'>, inUse = 0) {
    this.device = device;
    this.numBytesUsed = inUse;
    this.numBytesAllocated = inUse;
    this.peak = inUse;
    this.most = inUse;
  }

  /** Whether a buffer is one of those in use. */
  owns(buffer: GPUBuffer): boolean {
    return this.used.has(buffer);
  }

  acquireBuffer(size: number, usage: number, mappedAtCreation = false, reuse = true): GPUBuffer {
    let buffer = reuse ? this.free.get(keyOf(size, usage))?.pop() : undefined;
    if (buffer) this.order.delete(buffer);
    else {
      this.makeRoom(size);
      buffer = this.device.createBuffer({ size, usage, mappedAtCreation });
      this.numBytesAllocated += size;
    }
    this.used.add(buffer);
    this.numBytesUsed += size;
    this.peak = Math.max(this.peak, this.numBytesUsed);
    this.most = Math.max(this.most, this.numBytesUsed);
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    // Tensors outlive their engine.
    if (this.isGone) return;
    if (!this.used.delete(buffer)) throw new Error('webgpu: a buffer that is given back is not in use');
    this.numBytesUsed -= buffer.size;
    const key = keyOf(buffer.size, buffer.usage);
    const list = this.free.get(key);
    if (list) list.push(buffer);
    else this.free.set(key, [buffer]);
    this.order.add(buffer);
    if (reuse) this.trim(Math.min(Math.max(FEW_BYTES, this.most), this.limit - this.numBytesUsed));
    else this.destroy(buffer);
  }

  /** Counts {@link peak} anew, from what is in use now. */
  resetPeak(): void {
    this.peak = this.numBytesUsed;
  }

  getNumUsedBuffers(): number {
    return this.used.size;
  }

  getNumFreeBuffers(): number {
    return this.order.size;
  }

  dispose(): void {
    this.isGone = true;
    for (const buffer of [...this.used, ...this.order]) buffer.destroy();
    this.used.clear();
    this.order.clear();
    this.free.clear();
    this.numBytesUsed = 0;
    this.numBytesAllocated = 0;
  }

  private makeRoom(size: number): void {
    if (this.numBytesAllocated + size > this.limit) this.trim(this.limit - size - this.numBytesUsed);
  }

  /** Gives buffers back to the device until no more than so many bytes are kept for reuse. */
  private trim(bytes: number): void {
    const isOver = (): boolean => this.numBytesAllocated - this.numBytesUsed > bytes;
    if (!isOver()) return;
    this.settle();
    for (const buffer of this.order) {
      if (!isOver()) return;
      this.destroy(buffer);
    }
  }

  private destroy(buffer: GPUBuffer): void {
    const list = this.free.get(keyOf(buffer.size, buffer.usage))!;
    list.splice(list.indexOf(buffer), 1);
    this.order.delete(buffer);
    this.numBytesAllocated -= buffer.size;
    buffer.destroy();
  }
}

function keyOf(size: number, usage: number): string {
  return `${size}_${usage}`;
}
