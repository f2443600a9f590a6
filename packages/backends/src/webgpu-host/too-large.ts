// The refusal of what is larger than the device takes: known beforehand, so that it can be said with its numbers, and planned for.
import { megabytes } from './health.ts';

export interface TooLarge {
  /** the op or program */
  readonly op: string;
  /** what is too large, in words: "'work'", '[8,1024]' */
  readonly what: string;
  readonly bytes: number;
  readonly limit: 'maxStorageBufferBindingSize' | 'maxBufferSize';
  readonly limitBytes: number;
}

/** A tensor, or a part of one that an op cannot divide, is larger than the device binds at once or than its buffers hold. */
export class TooLargeForDeviceError extends Error {
  override readonly name = 'TooLargeForDeviceError';
  readonly details: TooLarge;

  constructor(details: TooLarge) {
    const { op, what, bytes, limit, limitBytes } = details;
    const most =
      limit === 'maxBufferSize'
        ? `this device's buffers hold at most ${megabytes(limitBytes)}`
        : `this device binds at most ${megabytes(limitBytes)} at once`;
    super(`${op}: ${what} takes ${megabytes(bytes)}, and ${most}; use smaller batches or shorter sequences`);
    this.details = details;
  }
}
