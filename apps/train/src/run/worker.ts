// What a worker thread runs; bin/worker.mjs imports it.
import { serveReplica } from '@orchid-ml/trainers/node';
import { makeReplica, type Recipe } from './recipe.ts';

serveReplica<Recipe>(makeReplica);
