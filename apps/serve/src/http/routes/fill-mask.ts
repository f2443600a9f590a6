// POST /v1/fill-mask: what may stand where a text hides something.
import type { Static } from '@fastify/type-provider-typebox';
import type { App } from '../app-type.ts';
import { FillMaskAnswer, NoQuery } from '../schemas.ts';
import { answer, beforeBody, given, type RouteContext } from './context.ts';

export function fillMaskRoute(app: App, context: RouteContext): void {
  const { bodies, errors, textBodyLimit } = context;
  app.post(
    '/v1/fill-mask',
    {
      onRequest: beforeBody(context, textBodyLimit),
      schema: {
        summary: 'Fill the masks of a text',
        tags: ['models'],
        body: bodies.fillMask,
        querystring: NoQuery,
        response: { 200: FillMaskAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const { model, text, mask, context: before, top } = request.body;
      return answer<Static<typeof FillMaskAnswer>>(context, request, reply, {
        model,
        tasks: ['fill-mask'],
        operation: 'answer',
        input: { kind: 'text', text },
        options: given({ mask, context: before, top }),
      });
    },
  );
}
