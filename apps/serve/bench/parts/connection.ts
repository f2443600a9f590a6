// As little HTTP as a generator of load can do with: a request at a time on a connection that is kept open. Node's own client would
// take as long for a request as the server does for refusing it, on the same cores.
import { connect, type Socket } from 'node:net';

export interface Response {
  readonly status: number;
  /** lower case, as it came */
  readonly head: string;
  readonly body: string;
}

const endOfHead = Buffer.from('\r\n\r\n');

/** The bytes of a request with a body of JSON. */
export function requestBytes(path: string, body: string): Buffer {
  const length = Buffer.byteLength(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    'content-type: application/json',
    `content-length: ${length}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** The number in a header, or NaN. */
export const headerOf = (head: string, name: string) =>
  Number(new RegExp(`\r\n${name}: ([^\r]*)`).exec(head)?.[1] ?? Number.NaN);

/** A connection; `isOpen` until either side has closed it. */
export class Connection {
  isOpen = true;
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { readonly resolve: (response: Response) => void; readonly reject: (error: Error) => void } | null = null;

  /** resolves when it is there, or has failed: that is told to whoever asks */
  readonly opened: Promise<void>;

  constructor(host: string, port: number) {
    this.#socket = connect({ host, port, noDelay: true });
    this.opened = new Promise((resolve) => {
      this.#socket.once('connect', resolve);
      this.#socket.once('close', () => resolve());
    });
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#end(error));
    this.#socket.on('close', () => this.#end(Object.assign(new Error('closed'), { code: 'CLOSED' })));
  }

  /** @throws Error with the system's code, or CLOSED, when there is no whole answer */
  ask(bytes: Buffer): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.isOpen = false;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(endOfHead);
    if (end < 0) return;
    const head = this.#received.toString('latin1', 0, end).toLowerCase();
    const from = end + endOfHead.length;
    const to = from + headerOf(head, 'content-length');
    if (this.#received.length < to) return;
    const body = this.#received.toString('utf8', from, to);
    this.#received = Buffer.alloc(0);
    if (head.includes('\r\nconnection: close')) this.close();
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status: Number(head.slice(9, 12)), head, body });
  }

  #end(error: Error): void {
    this.isOpen = false;
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
