// What a worker thread runs; bin/worker.mjs imports it.
import { serveReplica } from '@orchid-ml/trainers/node';
import type { Recipe } from './recipe.ts';
import { makeReplica } from './replica.ts';

serveReplica<Recipe>(makeReplica);
