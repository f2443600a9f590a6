// POST /v1/embeddings: what a model's body makes of an input.

import type { PipelineTask } from '@orchid-ml/pipelines';
import type { FastifyInstance } from 'fastify';
import type { WireInput } from '../../workers/messages.ts';
import type { App } from '../app-type.ts';
import { mediaTypes, readMediaBodies } from '../bodies.ts';
import { type BodyOf, EmbeddingAnswer, EmbedQuery, jsonOrMedia } from '../schemas.ts';
import { answer, beforeBody, type RouteContext } from './context.ts';
import { fieldInput, jsonFields, rawInput } from './media.ts';

/** The tasks whose models read a kind of input. */
const readers: Readonly<Record<WireInput['kind'], readonly PipelineTask[]>> = {
  text: ['fill-mask', 'text-classification'],
  image: ['image-classification'],
  audio: ['audio-classification'],
  sequence: ['recall'],
};

export function embeddingsRoute(app: App, context: RouteContext): void {
  const { bodies, errors, jsonMediaLimit } = context;
  readMediaBodies(app as unknown as FastifyInstance, context.mediaBodyLimit);
  app.post(
    '/v1/embeddings',
    {
      onRequest: beforeBody(context, jsonMediaLimit),
      bodyLimit: jsonMediaLimit,
      schema: {
        summary: 'Embed a text, an image, a sound or a sequence',
        tags: ['models'],
        body: jsonOrMedia(bodies.embeddings, Object.keys(mediaTypes)),
        querystring: EmbedQuery,
        response: { 200: EmbeddingAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const raw = rawInput(request);
      const fields = raw ? {} : jsonFields<BodyOf<'embeddings'>>(request);
      const input = raw ?? fieldInput(fields, ['text', 'image', 'audio', 'sequence']);
      const value = await answer<Float32Array>(context, request, reply, {
        model: request.query.model ?? fields.model,
        tasks: readers[input.kind],
        operation: 'embed',
        input,
        options: {},
      });
      return { embedding: Array.from(value) };
    },
  );
}
