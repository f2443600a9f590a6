// From a request that is JSON or a raw file to an input.
import type { PipelineTask } from '@orchid-ml/pipelines';
import type { FastifyRequest } from 'fastify';
import { invalidRequest } from '../../errors.ts';
import type { WireInput } from '../../workers/messages.ts';
import { fromBase64, mediaInput, mediaTypes } from '../bodies.ts';

/** What JSON may say of an input: one of these. */
export interface InputFields {
  readonly text?: string | undefined;
  readonly textPair?: string | undefined;
  readonly image?: string | undefined;
  readonly audio?: string | undefined;
  readonly sequence?: string | undefined;
}

/** The input of a raw body, or null when the request is JSON. @throws ServiceError for bytes of another kind than they are said to be */
export function rawInput({ body, mediaType }: Pick<FastifyRequest, 'body' | 'mediaType'>): WireInput | null {
  return body instanceof Uint8Array ? mediaInput(mediaTypes[mediaType!]!, body) : null;
}

/** A body of JSON, which its schema has checked. @throws ServiceError for a request without a body, which nothing has checked */
export function jsonFields<T>({ body }: Pick<FastifyRequest, 'body'>): T {
  if (body === undefined)
    throw invalidRequest('there is no body; want JSON, or an image or a sound with its content-type');
  return body as T;
}

/** @throws ServiceError unless exactly one of the fields is there */
export function fieldInput(
  { text, textPair, image, audio, sequence }: InputFields,
  names: readonly string[],
): WireInput {
  const fields = { text, image, audio, sequence };
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  if (there.length !== 1) {
    const found = there.length === 0 ? 'none' : there.map(([name]) => name).join(' and ');
    throw invalidRequest(`want one of ${list}; got ${found}`);
  }
  if (textPair !== undefined && text === undefined) throw invalidRequest('textPair is given without text');
  if (text !== undefined) return { kind: 'text', text, ...(textPair !== undefined && { textPair }) };
  if (image !== undefined) return mediaInput('image', fromBase64('image', image));
  if (audio !== undefined) return mediaInput('audio', fromBase64('audio', audio));
  return { kind: 'sequence', sequence: sequence! };
}

/** The tasks that a kind of input is classified by. */
export const classifiers: Readonly<Record<Exclude<WireInput['kind'], 'sequence'>, PipelineTask>> = {
  text: 'text-classification',
  image: 'image-classification',
  audio: 'audio-classification',
};
