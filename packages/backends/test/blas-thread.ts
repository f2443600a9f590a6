// A thread with an engine and a BLAS library of its own: says which library, and one value of a product.
import { parentPort } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../src/index.ts';

const { blas } = await useBackend('wasm');
const product = tf.matMul(tf.ones([128, 128]), tf.ones([128, 128]));
parentPort!.postMessage([blas, (await product.data())[0]]);
