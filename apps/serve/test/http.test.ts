// What a client sees: errors as JSON, limits, keys, request ids, the pages beside the models.
import { chmodSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientOf } from '../src/http/rate-limit.ts';
import { OptionError, type ServeOptions, startServer } from '../src/index.ts';
import { type Running, start, testFolder, until, writeFake } from './fake-server.ts';

const folder = testFolder();
const model = () => writeFake(join(folder, 'fake'));

interface ErrorReply {
  readonly error: { readonly code: string; readonly message: string; readonly requestId: string };
}

const json = (body: unknown, headers = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
});

/** Sends bytes as they are; resolves to all that comes back. */
function raw(url: string, ...parts: readonly (string | number)[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, async () => {
      for (const part of parts) {
        if (typeof part === 'string') socket.write(part);
        else await new Promise((next) => setTimeout(next, part));
      }
    });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

/** A request with a Host header of one's own, which fetch does not allow. */
function withHost(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(`${url}/healthz`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

describe('requests that do not fit', () => {
  it('are refused with what is wrong with them', async () => {
    const cases = [
      ['no JSON', '{"sequence":', 400, 'invalid_json', 'the body is not valid JSON'],
      ['nothing', '', 400, 'invalid_json', 'the body is empty; want JSON'],
      ['no UTF-8', Uint8Array.of(0x22, 0xc3, 0x28, 0x22), 400, 'invalid_json', 'the body is not valid UTF-8'],
      ['a list', [], 400, 'invalid_request', 'body must be object'],
      ['null', null, 400, 'invalid_request', 'body must be object'],
      ['a field missing', {}, 400, 'invalid_request', "body must have required property 'sequence'"],
      ['a wrong type', { sequence: 5 }, 400, 'invalid_request', 'body/sequence must be string'],
      ['a string for a number', { sequence: 'x', top: '3' }, 400, 'invalid_request', 'body/top must be integer'],
      ['too many guesses', { sequence: 'x', top: 1e9 }, 400, 'invalid_request', 'body/top must be <= 100'],
      [
        'an unknown key',
        { sequence: 'x', more: 1 },
        400,
        'invalid_request',
        'body must NOT have additional properties',
      ],
      [
        'a prototype',
        '{"sequence":"x","__proto__":{}}',
        400,
        'invalid_request',
        'body must NOT have additional properties',
      ],
      [
        'a long text',
        { sequence: 'x'.repeat(101) },
        400,
        'invalid_request',
        'body/sequence must NOT have more than 100 characters',
      ],
      [
        'half a character',
        '{"sequence":"\\ud800"}',
        400,
        'invalid_request',
        'sequence holds half of a surrogate pair, which is no text',
      ],
      [
        'a large body',
        { sequence: 'x'.repeat(1_100_000) },
        413,
        'body_too_large',
        'the body is larger than this server takes',
      ],
      [
        'a model that is not there',
        { sequence: 'x', model: '../fake' },
        404,
        'no_such_model',
        'model: there is no model of that name; want one of fake',
      ],
    ] as const;
    const { send } = await start([model()], { maxTextLength: 100 });
    for (const [name, body, status, code, message] of cases) {
      const reply = await send<ErrorReply>('/v1/recall', json(body));
      const { error } = reply.body;
      expect([name, reply.status, error.code, error.message]).toEqual([name, status, code, message]);
      expect(error.requestId).toBe(reply.headers.get('x-request-id'));
      expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
  });

  it('other routes, methods, kinds of bodies, and models for something else', async () => {
    const { send } = await start([model()]);
    const code = async (path: string, init: RequestInit) => {
      const { status, body } = await send<ErrorReply>(path, init);
      return [status, body.error.code];
    };
    expect(await code('/v1/nothing', json({}))).toEqual([404, 'not_found']);
    expect(await code('/v1/recall', {})).toEqual([404, 'not_found']);
    expect(await code('/v1/recall?%zz', { method: 'POST', body: 'x' })).toEqual([415, 'unsupported_media_type']);
    expect(await code('/%', {})).toEqual([400, 'invalid_request']);
    const png = { method: 'POST', headers: { 'content-type': 'image/png' }, body: 'x' };
    expect(await code('/v1/recall', png)).toEqual([415, 'unsupported_media_type']);
    expect(await code('/v1/classify', png)).toEqual([400, 'invalid_input']);
    expect(await code('/v1/classify', json({ text: 'x' }))).toEqual([404, 'no_such_model']);
    expect(await code('/v1/classify', json({ text: 'x', model: 'fake' }))).toEqual([400, 'wrong_task']);
    expect(await code('/v1/classify', json({ text: 'x', image: 'eA==' }))).toEqual([400, 'invalid_request']);
    expect(await code('/v1/classify', json({ image: 'no base64' }))).toEqual([400, 'invalid_request']);
    expect(await code('/v1/classify', json({ audio: 'eA==' }))).toEqual([400, 'invalid_input']);
    expect(await code('/v1/classify?top=x', json({ text: 'x' }))).toEqual([400, 'invalid_request']);
    expect(await code('/v1/embeddings', json({}))).toEqual([400, 'invalid_request']);
    for (const query of ['top=0', 'top=101', 'top=999', 'top=01'])
      expect(await code(`/v1/classify?${query}`, json({ text: 'x' }))).toEqual([400, 'invalid_request']);
    for (const top of ['1', '10', '100'])
      expect(await code(`/v1/classify?top=${top}`, json({ text: 'x' }))).toEqual([404, 'no_such_model']);
    // What a route would not heed it refuses.
    expect(await code('/v1/embeddings?top=3', json({ sequence: 'x' }))).toEqual([400, 'invalid_request']);
    for (const path of ['/v1/recall', '/v1/fill-mask'])
      expect(await code(`${path}?model=fake`, json({ sequence: 'x', text: 'x' }))).toEqual([400, 'invalid_request']);
  });

  it('neither a body nor a content-type', async () => {
    const { server, send } = await start([model()]);
    for (const path of ['/v1/recall', '/v1/fill-mask', '/v1/classify', '/v1/embeddings']) {
      const { status, body } = await send<ErrorReply>(path, { method: 'POST' });
      expect([path, status, body.error.code]).toEqual([path, 400, 'invalid_request']);
      // As curl sends it, without a content-length, too.
      const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
      expect(await raw(server.url, head)).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"invalid_request"/);
    }
  });

  it('what Node would refuse without a word is refused with one', async () => {
    const { server } = await start([model()]);
    const get = 'GET /healthz HTTP/1.1\r\nconnection: close\r\n';
    const refused = (status: number) => new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*"code":"invalid_request"`);
    expect(await raw(server.url, `${get}\r\n`)).toMatch(refused(400));
    expect(await raw(server.url, `${get}host: localhost\r\nexpect: cake\r\n\r\n`)).toMatch(refused(417));
  });

  it('a body with an image is no longer than allowed, raw as in JSON', async () => {
    const { send } = await start([model()], { bodyLimitMb: 0.001 });
    const png = (bytes: number) => ({
      method: 'POST',
      headers: { 'content-type': 'image/png' },
      body: 'x'.repeat(bytes),
    });
    expect((await send('/v1/classify', png(1049))).status).toBe(400);
    const { status, body } = await send<ErrorReply>('/v1/classify', png(1050));
    expect([status, body.error.code]).toEqual([413, 'body_too_large']);
  });

  it('bodies under way take no more than there is room for', async () => {
    const { server, send } = await start([model()], { bodyLimitMb: 256 });
    const png = { method: 'POST', headers: { 'content-type': 'image/png' }, body: 'x'.repeat(2 ** 20) };
    const { hostname, port } = new URL(server.url);
    // Two of the largest are announced; nothing of them has to be sent.
    const sockets = [1, 2].map(() => {
      const socket = connect(Number(port), hostname);
      const type = 'host: localhost\r\ncontent-type: application/json';
      socket.write(`POST /v1/classify HTTP/1.1\r\n${type}\r\ncontent-length: ${343 * 2 ** 20}\r\n\r\n{`);
      return socket;
    });
    const refused = async () => (await send<ErrorReply>('/v1/classify', png)).status === 429;
    await until(refused, 'there is no room');
    const { body, headers } = await send<ErrorReply>('/v1/classify', png);
    expect([body.error.code, headers.get('retry-after')]).toEqual(['queue_full', '1']);
    for (const socket of sockets) socket.destroy();
    await until(async () => !(await refused()), 'there is room again');
  });

  it('what is no HTTP, or does not arrive, is answered and closed', async () => {
    const { server } = await start([model()], { requestTimeoutMs: 400 });
    const head = `POST /v1/recall HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
    expect(await raw(server.url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"invalid_request"/);
    expect(await raw(server.url, `${head}x: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    const slow = await raw(server.url, `${head}content-length: 50\r\n\r\n{"seq`, 100, 'uence"');
    expect(slow).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/);
  });
});

describe('several models', () => {
  it('of one task: the name is asked for', async () => {
    const paths = ['first', 'second'].map((tag) => writeFake(join(folder, tag), { tag }));
    const { post } = await start(paths);
    expect((await post('x')).body.error).toMatchObject({
      code: 'model_required',
      message: 'model: there are several for recall; want one of first, second',
    });
    const { body, headers } = await post('x', { model: 'second' });
    expect([body.tag, headers.get('x-model')]).toEqual(['second', 'second']);
  });
});

describe('request ids', () => {
  it('are kept when they are harmless, and made when not', async () => {
    const { post, log } = await start([model()]);
    const idOf = async (given: string) =>
      (await post('x', {}, { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    expect(await idOf('abc-123')).toBe('abc-123');
    expect(await idOf('a b"c')).toMatch(/^[0-9a-f-]{36}$/);
    expect(log.filter(({ msg, reqId }) => msg === 'request' && reqId === 'abc-123')).toHaveLength(1);
  });
});

describe('keys', () => {
  const keys = join(folder, 'keys.txt');
  const secret = 'a-key-that-nobody-guesses';
  const other = 'another-key-that-nobody-guesses';
  const withKeys = (options: Partial<ServeOptions> = {}) => {
    writeFileSync(keys, `# our keys\nalice ${secret}\n\n${other}\n`);
    chmodSync(keys, 0o600);
    return start([model()], { apiKeyFile: keys, ...options });
  };
  const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

  it('are asked for, but by what says whether the server lives', async () => {
    const { post, send, log } = await withKeys();
    for (const path of ['/healthz', '/readyz', '/docs/json']) expect((await send(path)).status).toBe(200);
    for (const path of ['/v1/models', '/metrics']) expect((await send(path)).status).toBe(401);
    const { status, body, headers } = await post('x');
    expect([status, body.error.code, headers.get('www-authenticate')]).toEqual([401, 'unauthorized', 'Bearer']);
    expect((await post('x', {}, bearer(`${secret}x`))).status).toBe(401);
    expect((await post('x', {}, bearer(secret))).status).toBe(200);
    expect((await post('x', {}, { headers: { 'x-api-key': other } })).status).toBe(200);
    expect((await send('/metrics', bearer(other))).status).toBe(200);
    expect(log.filter(({ msg, key }) => msg === 'request' && key === 'alice')).toHaveLength(1);
    expect(JSON.stringify(log)).not.toContain(secret);
  });

  it('have a limit each', async () => {
    const { post } = await withKeys({ rateLimit: 3 });
    const statuses = async (key: string) =>
      (await Promise.all(Array.from({ length: 4 }, () => post('x', {}, bearer(key))))).map(({ status }) => status);
    expect(await statuses(secret)).toEqual([200, 200, 200, 429]);
    const { body, headers } = await post('x', {}, bearer(secret));
    expect(body.error.code).toBe('rate_limited');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await post('x', {}, bearer(other))).status).toBe(200);
  });

  it('without keys the limit is for an address', async () => {
    const { post } = await start([model()], { rateLimit: 2 });
    const statuses = [await post('x'), await post('x'), await post('x')].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('the limit is one for all routes, and for all of a network of IPv6', async () => {
    const { post, send } = await start([model()], { rateLimit: 2 });
    const ask = async (path: string) => (await send(path, json({ sequence: 'x' }))).status;
    expect([(await post('x')).status, await ask('/v1/embeddings'), await ask('/v1/fill-mask')]).toEqual([
      200, 200, 429,
    ]);
    const of = (ip: string) => clientOf({ ip, keyName: null });
    expect(of('2001:db8:1:2:3::4')).toBe(of('2001:db8:1:2:ffff::1'));
    expect(of('2001:db8:1:2:3::4')).not.toBe(of('2001:db8:1:3:3::4'));
    expect(of('192.0.2.1')).not.toBe(of('192.0.2.2'));
  });

  it.each([
    ['', /holds no key/],
    ['short', /line 1: the key has 5 characters; want at least 16/],
    ['a b c-and-more-than-sixteen', /line 1: got 3 words/],
    [`${'k'.repeat(20)}\n${'k'.repeat(20)}`, /line 2: this name or key is there already/],
  ])('a file %j is refused', async (text, message) => {
    const file = join(folder, 'bad-keys.txt');
    writeFileSync(file, text);
    const error = await start([model()], { apiKeyFile: file }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain('k'.repeat(20));
  });

  it('a file that others can read is warned of', async () => {
    writeFileSync(keys, secret);
    chmodSync(keys, 0o644);
    const { log } = await start([model()], { apiKeyFile: keys });
    expect(log.some(({ msg }) => msg.includes('others on this machine can read'))).toBe(process.platform !== 'win32');
  });
});

describe('on a loopback address', () => {
  it('names other than its own are refused: a web page may have its name point here', async () => {
    const { server } = await start([model()]);
    expect(await withHost(server.url, 'evil.example:80')).toBe(421);
    for (const host of ['localhost', 'localhost:1', '127.0.0.1:80', '[::1]:80'])
      expect(await withHost(server.url, host)).toBe(200);
  });
});

it('localhost is one address, with one listener', async () => {
  const { server, send } = await start([model()], { host: 'localhost' });
  expect(new URL(server.url).hostname).toMatch(/^(127\.\d+\.\d+\.\d+|\[::1\])$/);
  expect((await send('/healthz')).status).toBe(200);
});

describe('pages beside the models', () => {
  let running: Running;
  it('say what there is', async () => {
    running = await start([model()]);
    const { send, post } = running;
    await post('x');
    const docs = await send<string>('/docs');
    expect([docs.status, docs.body.includes('swagger')]).toEqual([200, true]);
    const { body: api } = await send<{ openapi: string; paths: Record<string, object> }>('/docs/json');
    expect(api.openapi).toBe('3.1.0');
    expect(Object.keys(api.paths).sort()).toEqual(
      [
        '/healthz',
        '/metrics',
        '/readyz',
        '/v1/classify',
        '/v1/embeddings',
        '/v1/fill-mask',
        '/v1/models',
        '/v1/recall',
      ].sort(),
    );
    expect(JSON.stringify(api.paths['/v1/classify'])).toContain('image/png');
    const { body: metrics } = await send<string>('/metrics');
    for (const name of [
      'orchid_requests_total{method="POST",route="/v1/recall",status="200"} 1',
      'orchid_batch_inputs_count{model="fake"} 1',
      'orchid_workers 1',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(metrics).toContain(name);
    expect((await send('/v1/models')).body).toEqual({
      models: [
        { name: 'fake', state: 'ready', note: null, task: 'recall', type: 'orchid-recall', version: 1, bytes: 1000 },
      ],
    });
  });
});

describe('options', () => {
  it.each([
    [{ models: [] }, 'models', /got none/],
    [{ port: 70_000 }, 'port', /got 70000; want a whole number from 0 to 65535/],
    [{ workers: 0 }, 'workers', /got 0; want a whole number from 1 to 256, or auto/],
    [{ backend: 'cuda' as never }, 'backend', /got "cuda"; want one of auto, webgpu, wasm, cpu/],
    [{ deadlineMs: 1.5 }, 'deadlineMs', /got 1.5; want a whole number/],
    [{ memoryGb: Number.NaN }, 'memoryGb', /want a number from/],
    [{ host: '203.0.113.7' }, 'host', /cannot listen at 203.0.113.7/],
    [{ apiKeyFile: '/nowhere/keys' }, 'apiKeyFile', /cannot be read/],
  ])('%j', async (options, option, message) => {
    const error = await start([model()], options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as OptionError).option).toBe(option);
    expect((error as OptionError).message).toMatch(message);
  });

  it('a port that is taken', async () => {
    const { server } = await start([model()]);
    const port = Number(new URL(server.url).port);
    const error = await startServer({ models: [model()], port }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ option: 'port', message: expect.stringContaining('EADDRINUSE') });
  });
});
