// Requests that no server should answer with anything but a refusal: made at random from a seed, so that a failure can be had
// again. Each is malformed for certain; what might turn out to be valid is not made.

/** One malformed request. */
export interface Malformed {
  /** what is wrong with it */
  readonly kind: string;
  readonly path: string;
  /** null for none */
  readonly contentType: string | null;
  readonly body: Buffer;
  /** further headers */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Bytes to be written to a socket as they are, part by part, with pauses in milliseconds between. */
export interface MalformedStream {
  readonly kind: string;
  readonly parts: readonly (Buffer | number)[];
}

/** Random numbers from a seed (Mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const paths = ['/v1/recall', '/v1/fill-mask', '/v1/classify', '/v1/embeddings'] as const;
const json = 'application/json';

class Random {
  readonly next: () => number;
  constructor(seed: number) {
    this.next = randomFrom(seed);
  }
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
  bytes(n: number): Buffer {
    return Buffer.from(Array.from({ length: n }, () => this.below(256)));
  }
  text(n: number): string {
    return Array.from({ length: n }, () => String.fromCodePoint(32 + this.below(0x2000))).join('');
  }
}

/** Values of kinds that no field of any route has, or not there. */
function wrongValue(random: Random): unknown {
  return random.of<() => unknown>([
    () => null,
    () => random.next() * 10 ** random.below(300),
    () => -random.below(1e9),
    () => random.next() < 0.5,
    () => [],
    () => ({}),
    () => Array.from({ length: random.below(200) }, () => random.below(10)),
    () => ({ [random.text(5)]: random.text(5) }),
    () => nested(random.below(50)),
  ])();
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return value;
}

type Maker = (random: Random, path: (typeof paths)[number]) => Omit<Malformed, 'kind' | 'path'>;

const jsonBody = (value: unknown) => ({ contentType: json, body: Buffer.from(JSON.stringify(value) ?? '') });
/** A field that the route has, of the wrong type, and a sound request but for that. */
const fields = ['text', 'sequence', 'model', 'mask', 'context', 'top', 'image', 'audio', 'textPair'];

const makers: Readonly<Record<string, Maker>> = {
  'random bytes': (random) => ({
    contentType: json,
    body: Buffer.concat([Buffer.from([0xff]), random.bytes(random.below(2000))]),
  }),
  'random text': (random) => ({ contentType: json, body: Buffer.from(`x${random.text(random.below(500))}`) }),
  empty: () => ({ contentType: json, body: Buffer.alloc(0) }),
  'cut off JSON': (random) => {
    const whole = JSON.stringify({ text: random.text(50), sequence: random.text(50) });
    return { contentType: json, body: Buffer.from(whole.slice(0, 1 + random.below([...whole].length - 2))) };
  },
  'JSON with a tail': (random) => ({
    contentType: json,
    body: Buffer.from(`{"text":"a"}${random.of(['}', ']', ',', '{}', '\0', 'null'])}`),
  }),
  'invalid UTF-8': (random) => {
    const bad = random.of([
      [0xc3, 0x28],
      [0xff],
      [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xe2, 0x82],
      [0xc0, 0xaf],
    ]);
    return {
      contentType: json,
      body: Buffer.concat([Buffer.from('{"text":"'), Buffer.from(bad), Buffer.from('","sequence":"x"}')]),
    };
  },
  'half a character': (random) => {
    const half = random.of(['\\ud800', '\\udfff', '\\ud83d ', 'a\\udc00']);
    return { contentType: json, body: Buffer.from(`{"text":"[MASK]${half}"}`) };
  },
  deep: (random) => {
    const depth = 1000 + random.below(100_000);
    return { contentType: json, body: Buffer.from(random.of(['[', '{"text":']).repeat(depth)) };
  },
  'deep and whole': (random) => {
    const depth = 1000 + random.below(50_000);
    return { contentType: json, body: Buffer.from(`{"text":${'['.repeat(depth)}${']'.repeat(depth)}}`) };
  },
  'wrong types': (random) => {
    const body: Record<string, unknown> = {};
    for (let i = random.below(3) + 1; i > 0; i--) body[random.of(fields)] = wrongValue(random);
    return jsonBody(body);
  },
  'no object': (random) => jsonBody(random.of([[], 1, 'x', null, true, [[]], ['text']])),
  'unknown keys': (random) => jsonBody({ text: 'a [MASK]', sequence: 'k0 v0 => k0', [`key${random.below(1e6)}`]: 1 }),
  poison: (random) => ({
    contentType: json,
    body: Buffer.from(
      `{"text":"[MASK]","${random.of(['__proto__', 'constructor', 'prototype', 'toString'])}":{"a":1}}`,
    ),
  }),
  'unknown model': (random) =>
    jsonBody({ text: 'a', model: random.of(['../..', '/etc/passwd', '%00', 'constructor', random.text(9)]) }),
  'too many guesses': (random) =>
    jsonBody({ text: '[MASK]', sequence: 'k0 v0 => k0', top: random.of([0, -1, 1.5, 101, 1e300]) }),
  'long text': (random) => jsonBody({ text: 'a'.repeat(100_001 + random.below(100_000)) }),
  huge: (random) => ({ contentType: json, body: Buffer.alloc(12_000_000 + random.below(2_000_000), 0x20) }),
  'wrong content-type': (random) => ({
    contentType: random.of([
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'image/gif',
      'image/svg+xml',
      'x',
      'application/jsonx',
    ]),
    body: Buffer.from('{"text":"a"}'),
  }),
  'no content-type': (random) => ({ contentType: null, body: Buffer.from(random.of(['', '', '{"text":"a"}', '\0'])) }),
  'broken image': (random) => ({
    contentType: random.of(['image/png', 'image/jpeg']),
    body: Buffer.concat([
      random.of([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(0)]),
      random.bytes(random.below(5000)),
    ]),
  }),
  'broken sound': (random) => ({
    contentType: 'audio/wav',
    body: Buffer.concat([
      Buffer.from('RIFF'),
      random.bytes(4),
      Buffer.from('WAVE'),
      Buffer.from([0]),
      random.bytes(random.below(5000)),
    ]),
  }),
  'broken base64': (random) =>
    jsonBody({
      [random.of(['image', 'audio'])]: random.of([
        '!',
        '====',
        'abc',
        'iVBORw0K',
        Buffer.from('RIFF1234WAVE').toString('base64'),
      ]),
    }),
  compressed: (random) => ({
    contentType: json,
    headers: { 'content-encoding': random.of(['gzip', 'br', 'x']) },
    body: random.bytes(100 + random.below(900)),
  }),
};

/** Malformed requests without end. */
export function* malformedRequests(seed: number): Generator<Malformed, never> {
  const random = new Random(seed);
  const kinds = Object.keys(makers);
  for (;;) {
    const kind = random.of(kinds);
    const path = random.of(paths);
    yield { kind, path, ...makers[kind]!(random, path) };
  }
}

const head = (length: number | string, path: string = paths[0]) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n`;

type StreamMaker = (random: Random, pause: number) => readonly (Buffer | string | number)[];

const streams: Readonly<Record<string, StreamMaker>> = {
  'slow body': (random, pause) => [
    `${head(400)}\r\n{"text":"`,
    ...Array.from({ length: 20 }, () => ['a', pause]).flat(),
    random.text(1),
  ],
  'slow head': (_random, pause) => [
    'POST /v1/recall HTTP/1.1\r\n',
    ...Array.from({ length: 20 }, (_, i) => [`X-A${i}: b\r\n`, pause]).flat(),
  ],
  'body shorter than said': () => [`${head(1000)}\r\n{"sequence":"k0 v0 => k0"}`],
  'no HTTP': (random) => [random.bytes(200), '\r\n\r\n'],
  'wrong length': (random) => [`${head(random.of(['-1', 'abc', '1e9', '0x10', '99999999999999999999']))}\r\n{}`],
  'two lengths': () => [`${head(2)}Content-Length: 5\r\n\r\n{}`],
  'length and chunks': () => [`${head(2)}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  'broken chunks': (random) => [
    `POST /v1/recall HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    random.of(['zz\r\n{}\r\n', '-5\r\n{}\r\n', 'ffffffffffffffffff\r\n{}']),
  ],
  'neither body nor content-type': (random) => [
    `POST ${random.of(paths)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
  ],
  'no Host': (random) => [`POST ${random.of(paths)} HTTP/1.1\r\nConnection: close\r\n\r\n`],
  'unknown Expect': () => [`${head(2)}Expect: x\r\n\r\n{}`],
  'large head': (random) => [`${head(2)}X: ${'y'.repeat(17_000 + random.below(9000))}\r\n\r\n{}`],
};

/** Malformed streams without end; `pause` is the time between two bytes of a slow sender. */
export function* malformedStreams(seed: number, pause: number): Generator<MalformedStream, never> {
  const random = new Random(seed);
  const kinds = Object.keys(streams);
  for (;;) {
    const kind = random.of(kinds);
    const parts = streams[kind]!(random, pause);
    yield { kind, parts: parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)) };
  }
}
