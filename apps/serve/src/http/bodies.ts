// Readers of bodies: JSON that is valid UTF-8, and the bytes of images and sounds. Any other content-type is 415.
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { bodyTooLarge, ServiceError } from '../errors.ts';
import type { WireInput } from '../workers/messages.ts';

const invalidJson = (message: string) => new ServiceError(400, 'invalid_json', message);

/** @throws ServiceError for what is no UTF-8, or no JSON */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw invalidJson('the body is empty; want JSON');
  if (!isUtf8(body)) throw invalidJson('the body is not valid UTF-8');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The parser's words hold parts of the body.
    throw invalidJson('the body is not valid JSON');
  }
}

/** Every route takes JSON; nothing else is taken unless a route says so. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Content-types of raw bodies, and what they are. */
export const mediaTypes: Readonly<Record<string, 'image' | 'audio'>> = {
  'image/png': 'image',
  'image/jpeg': 'image',
  'audio/wav': 'audio',
  'audio/x-wav': 'audio',
  'audio/wave': 'audio',
};

/** Routes of this scope take raw bodies too, of so many bytes: their `request.body` is a Buffer then. */
export function readMediaBodies(app: FastifyInstance, mostBytes: number): void {
  // A route's own limit, which is that of JSON with such a file in base64, comes before a parser's.
  app.addContentTypeParser(Object.keys(mediaTypes), { parseAs: 'buffer' }, (_request, body, done) =>
    done(body.length > mostBytes ? bodyTooLarge() : null, body),
  );
}

const begins = (bytes: Uint8Array, at: number, ...wanted: readonly number[]) =>
  wanted.every((byte, i) => bytes[at + i] === byte);
const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

/**
 * An image or a sound by its first bytes: nothing but PNG, JPEG and WAV ever reaches a decoder.
 *
 * @throws ServiceError for other bytes than it is said to be
 */
export function mediaInput(kind: 'image' | 'audio', bytes: Uint8Array): WireInput {
  const isImage = begins(bytes, 0, 0x89, ...ascii('PNG\r\n')) || begins(bytes, 0, 0xff, 0xd8, 0xff);
  const isSound = begins(bytes, 0, ...ascii('RIFF')) && begins(bytes, 8, ...ascii('WAVE'));
  if (kind === 'image' ? isImage : isSound) return { kind, bytes };
  const message = kind === 'image' ? 'the image is neither PNG nor JPEG' : 'the sound is no WAV file';
  throw new ServiceError(400, 'invalid_input', `${kind}: ${message}`);
}

/** Strict base64. @throws ServiceError naming the field */
export function fromBase64(field: string, text: string): Buffer {
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  if (!isBase64) throw new ServiceError(400, 'invalid_request', `${field} is not valid base64`);
  return Buffer.from(text, 'base64');
}
