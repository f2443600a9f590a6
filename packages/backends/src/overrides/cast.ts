// A cast to the dtype that the tensor has: tfjs copies the values, and its gradients cast at every turn.
import { input } from '../kernels/register.ts';
import { alias, type Override } from './override.ts';

export const cast: Override = {
  kernelName: 'Cast',
  compute(args, original) {
    const x = input(args, 'x');
    const isSame = args.attrs.dtype === x.dtype && (x.dtype as string) !== 'string';
    return isSame ? alias(args.backend, x, x.shape) : original(args);
  },
};
