// POST /v1/recall: the value that a sequence gave the key that is asked for.
import type { Static } from '@fastify/type-provider-typebox';
import type { App } from '../app-type.ts';
import { NoQuery, RecallAnswer } from '../schemas.ts';
import { answer, beforeBody, given, type RouteContext } from './context.ts';

export function recallRoute(app: App, context: RouteContext): void {
  const { bodies, errors, textBodyLimit } = context;
  app.post(
    '/v1/recall',
    {
      onRequest: beforeBody(context, textBodyLimit),
      schema: {
        summary: 'Answer the question of a sequence of pairs',
        tags: ['models'],
        body: bodies.recall,
        querystring: NoQuery,
        response: { 200: RecallAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const { model, sequence, top } = request.body;
      return answer<Static<typeof RecallAnswer>>(context, request, reply, {
        model,
        tasks: ['recall'],
        operation: 'answer',
        input: { kind: 'sequence', sequence },
        options: given({ top }),
      });
    },
  );
}
