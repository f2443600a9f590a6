// Gradients in less memory: a way back that frees what it has used, and parts of a network that are run twice.
import '../gradients.ts';

export { checkpoint } from './checkpoint.ts';
export { type ValueAndGradients, variableGradients } from './variable-gradients.ts';
