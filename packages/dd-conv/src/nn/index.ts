// What layers and models are made from.
export { kaimingUniform, normal, uniform } from './init.ts';
export { Module } from './module.ts';
export { Parameter, type ParameterOptions } from './parameter.ts';
export { Rng } from './random.ts';
