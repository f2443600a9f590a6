// Numbers and failures as people read them.

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** 1234567 -> '1,234,567' */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** 0.9321 -> '93.2 %' */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share >= 0.9995 || share === 0 ? 0 : 1)} %`;
}

/** Three significant digits, with no more zeros than needed: 0.00012, 1.23e-7. */
export function figure(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/** 0.4 ms, 12 ms, 3.4 s, 2.1 min */
export function duration(ms: number): string {
  if (ms < 1000) return `${figure(ms)} ms`;
  if (ms < 60_000) return `${figure(ms / 1000)} s`;
  return `${figure(ms / 60_000)} min`;
}

/** Of 2^20 or 2^30 bytes each. */
export function bytes(value: number): string {
  return value < 2 ** 30 ? `${figure(value / 2 ** 20)} MB` : `${figure(value / 2 ** 30)} GB`;
}
