// A hub for tests: a tiny repository over HTTP on this machine, with the hub's redirects, headers, ranges and failures. Large
// files live on a second port, as the hub's do on another host.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedFile {
  readonly bytes: Uint8Array;
  /** In large-file storage: named by SHA-256, served from the other port. */
  readonly lfs?: boolean;
}

/** One request that was received. */
export interface Seen {
  readonly method: string;
  /** `hub` or `cdn` */
  readonly host: 'hub' | 'cdn';
  readonly url: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** What the server does to a request for bytes, in place of answering it well. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The connection is cut after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Nothing more comes after so many bytes. */
  | { readonly kind: 'stall'; readonly after: number };

export class HubServer {
  readonly repo: string;
  readonly type: 'model' | 'dataset';
  /** The commit of `main`. */
  commit: string;
  readonly files = new Map<string, ServedFile>();
  readonly seen: Seen[] = [];
  /** One is taken for each request to `/resolve/` or the cdn (`GET`), or to anything where its first letter is `*`. */
  readonly faults: Fault[] = [];
  /** What every request is answered with, while it is set. */
  broken: Extract<Fault, { kind: 'status' }> | undefined;
  /** Needed to see anything. */
  token: string | undefined;
  /** Whether the servers know of ranges. */
  ranges = true;
  /** What is sent in place of the right bytes. */
  readonly wrongBytes = new Map<string, Uint8Array>();
  /** Files a page of the listing. */
  pageSize = 1000;
  readonly #hub: Server;
  readonly #cdn: Server;

  constructor(repo: string, type: 'model' | 'dataset' = 'model') {
    this.repo = repo;
    this.type = type;
    this.commit = createHash('sha1').update(repo).digest('hex');
    this.#hub = createServer((request, response) => this.#answer('hub', request, response));
    this.#cdn = createServer((request, response) => this.#answer('cdn', request, response));
  }

  async start(): Promise<this> {
    for (const server of [this.#hub, this.#cdn]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    return this;
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#cdn]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`;
  }

  add(path: string, contents: string | Uint8Array, options: { lfs?: boolean } = {}): this {
    this.files.set(path, { bytes: typeof contents === 'string' ? Buffer.from(contents) : contents, ...options });
    return this;
  }

  /** The tag of a file: what its blob is called. */
  etag(path: string): string {
    const { bytes, lfs } = this.files.get(path)!;
    if (lfs) return createHash('sha256').update(bytes).digest('hex');
    return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  }

  /** The requests for bytes. */
  get gets(): Seen[] {
    return this.seen.filter(({ method, url }) => method === 'GET' && !url.startsWith('/api/'));
  }

  #answer(host: 'hub' | 'cdn', request: IncomingMessage, response: ServerResponse): unknown {
    const { method = 'GET', url = '/', headers } = request;
    const seen: Seen = { method, host, url, range: headers.range, authorization: headers.authorization };
    this.seen.push(seen);
    const path = decodeURIComponent(new URL(url, 'http://x').pathname);
    const fault = this.broken ?? (method === 'GET' && !path.startsWith('/api/') ? this.faults.shift() : undefined);
    if (fault?.kind === 'status') return response.writeHead(fault.status, fault.headers).end();
    if (host === 'cdn') return this.#send(path.slice(1), seen, response, {}, fault);
    if (this.token && headers.authorization !== `Bearer ${this.token}`) {
      return response.writeHead(401, { 'x-error-code': 'RepoNotFound' }).end();
    }
    const prefix = this.type === 'model' ? '/' : '/datasets/';
    const place = `${prefix}${this.repo}/resolve/`;
    if (path.startsWith(`/api/${this.type}s/${this.repo}/`)) return this.#api(new URL(url, this.endpoint), response);
    if (!path.startsWith(place)) return response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end();
    const [revision, ...rest] = path.slice(place.length).split('/');
    if (revision !== 'main' && revision !== this.commit) {
      return response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end();
    }
    const name = rest.join('/');
    const file = this.files.get(name);
    if (!file) return response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    const tags = { 'x-repo-commit': this.commit, etag: `"${this.etag(name)}"` };
    if (!file.lfs) return this.#send(name, seen, response, tags, fault);
    const { port } = this.#cdn.address() as AddressInfo;
    const more = { 'x-linked-etag': tags.etag, 'x-linked-size': String(file.bytes.length), etag: '"of-the-redirect"' };
    if (fault) this.faults.unshift(fault);
    response
      .writeHead(302, { ...tags, ...more, location: `http://127.0.0.1:${port}/${encodeURIComponent(name)}` })
      .end();
  }

  #send(
    name: string,
    { method, range }: Seen,
    response: ServerResponse,
    tags: Record<string, string>,
    fault?: Fault,
  ): unknown {
    const all = this.wrongBytes.get(name) ?? this.files.get(name)?.bytes;
    if (!all) return response.writeHead(404).end();
    const from = this.ranges && range ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0;
    if (Number.isNaN(from) || (from > 0 && from >= all.length)) return response.writeHead(416).end();
    const bytes = all.subarray(from);
    const partial = from > 0 ? { 'content-range': `bytes ${from}-${all.length - 1}/${all.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { ...tags, ...partial, 'content-length': bytes.length });
    if (method === 'HEAD') return response.end();
    if (!fault || fault.kind === 'status') return response.end(bytes);
    return response.write(bytes.subarray(0, fault.after), () => {
      if (fault.kind === 'cut') setTimeout(() => response.destroy(), 20);
    });
  }

  #api(url: URL, response: ServerResponse): unknown {
    const rest = url.pathname.slice(`/api/${this.type}s/${this.repo}/`.length);
    const json = (value: unknown, headers = {}) =>
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    const [verb, revision] = rest.split('/');
    if (revision !== 'main' && revision !== this.commit) {
      return response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end();
    }
    if (verb === 'revision') return json({ _id: 'x', id: this.repo, sha: this.commit });
    if (verb !== 'tree') return response.writeHead(404).end();
    const names = [...this.files.keys()].sort();
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const page = names.slice(from, from + this.pageSize).map((path) => {
      const { bytes, lfs } = this.files.get(path)!;
      const pointer = createHash('sha1').update(path).digest('hex');
      if (!lfs) return { type: 'file', path, size: bytes.length, oid: this.etag(path) };
      const stored = { oid: this.etag(path), size: bytes.length, pointerSize: 134 };
      return { type: 'file', path, size: bytes.length, oid: pointer, lfs: stored };
    });
    const folders = from === 0 ? [{ type: 'directory', path: 'some', size: 0, oid: this.commit }] : [];
    const next = new URL(url);
    next.searchParams.set('cursor', String(from + this.pageSize));
    return json(
      [...folders, ...page],
      from + this.pageSize < names.length ? { link: `<${next.href}>; rel="next"` } : {},
    );
  }
}
