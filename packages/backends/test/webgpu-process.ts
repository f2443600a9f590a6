// A process that computes on WebGPU and then has nothing left to do, so that it must end by itself. Prints one value.
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../src/index.ts';

const { name } = await useBackend('webgpu');
const product = tf.matMul(tf.ones([64, 64]), tf.ones([64, 64]));
console.log(name, (await product.data())[0], typeof globalThis.navigator?.gpu);
