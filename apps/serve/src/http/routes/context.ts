// What the routes share: the service, the schemas, the limits, and how a request becomes a job.
import type { PipelineTask } from '@orchid-ml/pipelines';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { invalidRequest, queueFull, uploadsFull } from '../../errors.ts';
import type { Operation, WireInput } from '../../workers/messages.ts';
import type { Bodies, ErrorSchema } from '../schemas.ts';
import type { Service } from '../service.ts';
import type { Uploads } from '../uploads.ts';
import { whenOver } from '../when-over.ts';

export interface RouteContext {
  readonly service: Service;
  readonly bodies: Bodies;
  /** of all requests under way */
  readonly uploads: Uploads;
  /** bytes of JSON without an image or a sound */
  readonly textBodyLimit: number;
  /** bytes of a raw image or sound */
  readonly mediaBodyLimit: number;
  /** bytes of JSON with one in base64 */
  readonly jsonMediaLimit: number;
  /** what routes that compute do when they have let a request in */
  readonly limits: readonly onRequestHookHandler[];
  /** schemas of answers that report errors */
  readonly errors: Readonly<Record<'4xx' | '5xx', typeof ErrorSchema>>;
}

/** What a route asks of a model. */
export interface Asked {
  readonly model: string | undefined;
  readonly tasks: readonly PipelineTask[];
  readonly operation: Operation;
  readonly input: WireInput;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a route that computes does before it reads a body, of so many bytes at most. */
export const beforeBody = (context: RouteContext, bodyLimit: number): onRequestHookHandler[] => [
  refuseEarly(context, bodyLimit),
  ...context.limits,
];

/** Refuses before the body is read what would be refused anyway: under too much load that is what there is most of. */
const refuseEarly =
  ({ service, uploads }: RouteContext, bodyLimit: number): onRequestHookHandler =>
  (request, reply, done) => {
    const retryAfter = service.refusal();
    if (retryAfter !== null) return done(queueFull(retryAfter));
    const bytes = bodyBytes(request, bodyLimit);
    // One that is too long is not read.
    if (bytes <= bodyLimit) {
      if (!uploads.take(bytes)) return done(uploadsFull());
      whenOver(request.raw, reply.raw, () => uploads.giveBack(bytes));
    }
    done();
  };

/** What a request's head says of its body; where it does not say, the body may be as long as it is allowed to. */
function bodyBytes({ headers }: FastifyRequest, most: number): number {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length);
  return headers['transfer-encoding'] === undefined ? 0 : most;
}

/**
 * Has a model answer; says in the headers which it was.
 *
 * @typeParam T what models for these tasks answer
 * @throws ServiceError for whatever keeps it from answering
 */
export async function answer<T>(
  { service }: RouteContext,
  { raw: request }: FastifyRequest,
  reply: FastifyReply,
  { model, tasks, operation, input, options }: Asked,
): Promise<T> {
  checkTexts(input, options);
  const name = service.modelFor(model, tasks);
  const { value, version, batchSize } = await service.submit({ model: name, operation, input, options }, (gone) =>
    // That comes after the answer, too; nobody minds then.
    whenOver(request, reply.raw, gone),
  );
  reply.header('x-model', version.model);
  reply.header('x-model-version', String(version.number));
  reply.header('x-batch-size', String(batchSize));
  return value as T;
}

/** Half a character, which JSON can spell, is none: tokenizers and UTF-8 would each make something else of it. */
function checkTexts(input: WireInput, options: Readonly<Record<string, unknown>>): void {
  for (const [field, value] of Object.entries({ ...input, ...options }))
    if (typeof value === 'string' && !isWellFormed(value))
      throw invalidRequest(`${field} holds half of a surrogate pair, which is no text`);
}

/** As String.prototype.isWellFormed, which TypeScript's ES2023 does not know. */
const isWellFormed = (text: string) =>
  !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);

/** The options that a client gave. */
export const given = (options: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
