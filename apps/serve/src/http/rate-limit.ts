// How often a key, or an address without one, may ask for something to be computed: one limit over all routes.
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import { ServiceError } from '../errors.ts';

/** What requests are counted by. Whoever has one address of IPv6 has all of its network of 64 bits. */
export const clientOf = ({ keyName, ip }: Pick<FastifyRequest, 'keyName' | 'ip'>) =>
  keyName === null ? normalizeIP(ip) : `key ${keyName}`;

/** @param perMinute requests; 0 for no limit. @returns what the routes that are limited do first, together */
export async function limitRate(app: FastifyInstance, perMinute: number): Promise<readonly onRequestHookHandler[]> {
  if (perMinute === 0) return [];
  await app.register(rateLimit, {
    global: false,
    max: perMinute,
    timeWindow: '1 minute',
    keyGenerator: clientOf,
    errorResponseBuilder: (_request, { ttl }) =>
      new ServiceError(
        429,
        'rate_limited',
        'too many requests for this key or address',
        Math.max(1, Math.ceil(ttl / 1000)),
      ),
  });
  // Routes with limits of their own, even the same ones, would each count for themselves.
  return [app.rateLimit() as onRequestHookHandler];
}
