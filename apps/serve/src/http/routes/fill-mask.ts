// POST /v1/fill-mask: what may stand where a text hides something.
import type { Static } from '@fastify/type-provider-typebox';
import type { App } from '../app-type.ts';
import { FillMaskAnswer } from '../schemas.ts';
import { answer, given, type RouteContext, refuseEarly } from './context.ts';

export function fillMaskRoute(app: App, context: RouteContext): void {
  const { bodies, errors, config } = context;
  app.post(
    '/v1/fill-mask',
    {
      config,
      onRequest: refuseEarly(context),
      schema: {
        summary: 'Fill the masks of a text',
        tags: ['models'],
        body: bodies.fillMask,
        response: { 200: FillMaskAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const { model, text, mask, context: before, top } = request.body;
      return answer<Static<typeof FillMaskAnswer>>(context, reply, {
        model,
        tasks: ['fill-mask'],
        operation: 'answer',
        input: { kind: 'text', text },
        options: given({ mask, context: before, top }),
      });
    },
  );
}
