// Stands in for fast-check in a page: the same properties with fewer examples each, since every new length compiles shaders, which
// takes long on the software adapter. Node runs them all.
import * as fc from 'fast-check';

const most = 8;

function assert<Given>(property: fc.IRawProperty<Given>, parameters: fc.Parameters<Given> = {}): void | Promise<void> {
  return fc.assert(property, { ...parameters, numRuns: Math.min(most, parameters.numRuns ?? most) });
}

export default { ...fc, assert };
