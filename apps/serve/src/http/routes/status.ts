// What is asked of the server itself: its models, whether it lives, whether it is ready, its metrics.
import type { Metrics } from '../../metrics.ts';
import type { App } from '../app-type.ts';
import { Health, ModelList, Readiness } from '../schemas.ts';
import type { RouteContext } from './context.ts';

export function statusRoutes(app: App, { service, errors }: RouteContext, metrics: Metrics): void {
  app.get(
    '/v1/models',
    { schema: { summary: 'The models', tags: ['models'], response: { 200: ModelList, ...errors } } },
    async () => ({
      models: service.models().map(({ modelType: type, ...model }) => ({ ...model, type })),
    }),
  );
  app.get(
    '/healthz',
    { schema: { summary: 'Whether the server lives', tags: ['server'], security: [], response: { 200: Health } } },
    async () => ({ status: 'ok' }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        summary: 'Whether requests are answered now: 200, or 503',
        tags: ['server'],
        security: [],
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const state = service.readiness();
      return reply.code(state.ready ? 200 : 503).send(state);
    },
  );
  app.get('/metrics', { schema: { summary: 'Metrics for Prometheus', tags: ['server'] } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
