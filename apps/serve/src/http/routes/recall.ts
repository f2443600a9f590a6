// POST /v1/recall: the value that a sequence gave the key that is asked for.
import type { Static } from '@fastify/type-provider-typebox';
import type { App } from '../app-type.ts';
import { RecallAnswer } from '../schemas.ts';
import { answer, given, type RouteContext, refuseEarly } from './context.ts';

export function recallRoute(app: App, context: RouteContext): void {
  const { bodies, errors, config } = context;
  app.post(
    '/v1/recall',
    {
      config,
      onRequest: refuseEarly(context),
      schema: {
        summary: 'Answer the question of a sequence of pairs',
        tags: ['models'],
        body: bodies.recall,
        response: { 200: RecallAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const { model, sequence, top } = request.body;
      return answer<Static<typeof RecallAnswer>>(context, reply, {
        model,
        tasks: ['recall'],
        operation: 'answer',
        input: { kind: 'sequence', sequence },
        options: given({ top }),
      });
    },
  );
}
