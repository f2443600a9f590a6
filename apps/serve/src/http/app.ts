// The HTTP side: what every route has in common. Routes themselves are in routes/.
import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { ServiceError } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import { isLoopback, type Settings } from '../options.ts';
import type { App } from './app-type.ts';
import { readJsonBodies } from './bodies.ts';
import { answerClientError, answerExpectation } from './client-errors.ts';
import { replyError } from './error-reply.ts';
import { askForKeys, refuseNoName, refuseOtherNames } from './guards.ts';
import type { ApiKeys } from './keys.ts';
import { limitRate } from './rate-limit.ts';
import { classifyRoute } from './routes/classify.ts';
import { embeddingsRoute } from './routes/embeddings.ts';
import { fillMaskRoute } from './routes/fill-mask.ts';
import { recallRoute } from './routes/recall.ts';
import { statusRoutes } from './routes/status.ts';
import { bodySchemas, ErrorSchema } from './schemas.ts';
import type { Service } from './service.ts';
import { Uploads } from './uploads.ts';
import { whenOver } from './when-over.ts';

export interface AppParts {
  readonly settings: Settings;
  readonly keys: ApiKeys | null;
  readonly service: Service;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly version: string;
}

/** Of a body with texts, in bytes. */
const textBodyLimit = 2 ** 20;
/** Of the bodies of all requests under way, in bytes, unless two of the largest take more. */
const uploadLimit = 2 ** 28;
/** Connections at once; Node closes what is too much at once. */
const mostConnections = 4096;
const keepAliveMs = 10_000;

/** An id that a client, or a proxy, gave a request is kept if it is harmless. */
const requestIdOf = (given: string | string[] | undefined) =>
  typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();

/** What {@link buildApp} makes. */
export interface Built {
  readonly app: App;
  /** requests whose answers are not out yet */
  readonly active: () => number;
}

/** The app, ready to listen. */
export async function buildApp(parts: AppParts): Promise<Built> {
  const { settings, keys, service, metrics, log, version } = parts;
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    // One line a request, written when it is over, is written below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: textBodyLimit,
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    // How often Node looks for requests that take too long to arrive.
    http: {
      connectionsCheckingInterval: Math.min(1000, settings.requestTimeoutMs),
      headersTimeout: settings.requestTimeoutMs,
      // Node would answer without a word; see the guard.
      requireHostHeader: false,
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => void replyError(error, request, reply),
    // What does not fit is refused, not bent until it does.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    routerOptions: { maxParamLength: 256 },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = mostConnections;
  app.server.on('checkExpectation', answerExpectation);
  // Answers are plain JSON of what the models gave, number for number; their schemas are for the page at /docs.
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(replyError);
  app.setNotFoundHandler(() => {
    throw new ServiceError(404, 'not_found', 'there is no such route; /docs shows what there is');
  });

  let active = 0;
  app.addHook('onRequest', (request, reply, done) => {
    active++;
    whenOver(request.raw, reply.raw, () => {
      active--;
    });
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    // So that no connection is kept open by a client that could send more.
    if (service.isDraining()) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const { method } = request;
    const status = reply.statusCode;
    metrics.requests.inc({ method, route, status });
    metrics.requestSeconds.observe({ route }, reply.elapsedTime / 1000);
    // Of those that are too many, the metrics tell how many.
    request.log[status === 429 ? 'debug' : 'info'](
      { method, route, status, ms: Math.round(reply.elapsedTime * 10) / 10, key: request.keyName ?? undefined },
      'request',
    );
    done();
  });
  refuseNoName(app as unknown as FastifyInstance);
  if (isLoopback(settings.host)) refuseOtherNames(app as unknown as FastifyInstance);
  askForKeys(app as unknown as FastifyInstance, keys);
  const limits = await limitRate(app as unknown as FastifyInstance, settings.rateLimit);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Orchid models', version, description: 'Trained models over HTTP.' },
      ...(keys && {
        components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
        security: [{ key: [] }],
      }),
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });

  readJsonBodies(app as unknown as FastifyInstance);
  const mediaBodyLimit = Math.round(settings.bodyLimitMb * 2 ** 20);
  // Base64 takes a third more than what it stands for.
  const jsonMediaLimit = Math.ceil(mediaBodyLimit * 1.34) + 4096;
  const context = {
    service,
    bodies: bodySchemas(settings),
    uploads: new Uploads(Math.max(uploadLimit, 2 * jsonMediaLimit)),
    textBodyLimit,
    mediaBodyLimit,
    jsonMediaLimit,
    limits,
    errors: { '4xx': ErrorSchema, '5xx': ErrorSchema },
  };
  await app.register(async (scope) => {
    const routes = scope as unknown as App;
    fillMaskRoute(routes, context);
    recallRoute(routes, context);
    await routes.register(async (inner) => classifyRoute(inner as unknown as App, context));
    await routes.register(async (inner) => embeddingsRoute(inner as unknown as App, context));
    statusRoutes(routes, context, metrics);
  });
  return { app, active: () => active };
}
