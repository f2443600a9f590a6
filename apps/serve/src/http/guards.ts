// Who may ask: on a loopback address only pages and programs that know it as such, and with keys only who has one.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.ts';
import { isLoopback } from '../options.ts';
import type { ApiKeys } from './keys.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** the name of the key that the request came with; null where no key is asked for */
    keyName: string | null;
  }
}

/** `localhost:8080`, `[::1]:8080`, `127.0.0.1`: without the port. */
function hostName(header: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(header);
  return bracketed ? bracketed[1]! : header.replace(/:\d+$/, '');
}

/** Of HTTP/1.1 a Host header is wanted, by HTTP itself. */
export function refuseNoName(app: FastifyInstance): void {
  const refusal = () => new ServiceError(400, 'invalid_request', 'there is no Host header');
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    done(raw.httpVersion === '1.1' && raw.headers.host === undefined ? refusal() : undefined);
  });
}

/**
 * A web page can have its own name resolved to this machine's loopback address, and then talk to what listens there. It cannot
 * change the Host header, though.
 */
export function refuseOtherNames(app: FastifyInstance): void {
  const refusal = () =>
    new ServiceError(421, 'wrong_host', 'this server answers to localhost alone; --host lets others in');
  app.addHook('onRequest', (request, _reply, done) => {
    const name = hostName(request.headers.host ?? '').toLowerCase();
    done(isLoopback(name) ? undefined : refusal());
  });
}

/** What is open without a key: whether the server lives, and what its routes are. */
const isOpen = (url: string) => url === '/healthz' || url === '/readyz' || url === '/docs' || url.startsWith('/docs/');

const keyOf = ({ headers }: FastifyRequest): string | null => {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '');
  const own = headers['x-api-key'];
  return bearer?.[1] ?? (typeof own === 'string' && own !== '' ? own : null);
};

/** Routes that are not open ask for a key. */
export function askForKeys(app: FastifyInstance, keys: ApiKeys | null): void {
  app.decorateRequest('keyName', null);
  if (!keys) return;
  app.addHook('onRequest', async (request) => {
    if (isOpen(request.routeOptions.url ?? '')) return;
    const given = keyOf(request);
    request.keyName = given === null ? null : keys.nameOf(given);
    if (request.keyName === null)
      throw new ServiceError(
        401,
        'unauthorized',
        given === null ? 'want an API key: Authorization: Bearer KEY' : 'the API key is not known',
      );
  });
}
