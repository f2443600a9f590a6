// POST /v1/classify: the class of a text, an image or a sound; JSON, or the file itself as the body.
import type { Static } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { invalidRequest } from '../../errors.ts';
import type { App } from '../app-type.ts';
import { mediaTypes, readMediaBodies } from '../bodies.ts';
import { type BodyOf, ClassifyAnswer, jsonOrMedia, MediaQuery } from '../schemas.ts';
import { answer, beforeBody, given, type RouteContext } from './context.ts';
import { classifiers, fieldInput, jsonFields, rawInput } from './media.ts';

export function classifyRoute(app: App, context: RouteContext): void {
  const { bodies, errors, jsonMediaLimit } = context;
  readMediaBodies(app as unknown as FastifyInstance, context.mediaBodyLimit);
  app.post(
    '/v1/classify',
    {
      onRequest: beforeBody(context, jsonMediaLimit),
      bodyLimit: jsonMediaLimit,
      schema: {
        summary: 'Tell the class of a text, an image or a sound',
        description:
          'As JSON, or an image or a sound as it is: its content-type says which. Then model and top are in the query.',
        tags: ['models'],
        body: jsonOrMedia(bodies.classify, Object.keys(mediaTypes)),
        querystring: MediaQuery,
        response: { 200: ClassifyAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const raw = rawInput(request);
      const fields = raw ? {} : jsonFields<BodyOf<'classify'>>(request);
      const input = raw ?? fieldInput(fields, ['text', 'image', 'audio']);
      const { query } = request;
      if (input.kind === 'sequence') throw invalidRequest('a sequence is answered by /v1/recall');
      const top = query.top === undefined ? fields.top : Number(query.top);
      return answer<Static<typeof ClassifyAnswer>>(context, request, reply, {
        model: query.model ?? fields.model,
        tasks: [classifiers[input.kind]],
        operation: 'answer',
        input,
        options: given({ top }),
      });
    },
  );
}
