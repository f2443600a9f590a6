// Looking at a model before there is memory for it.
import { Rng } from '@orchid-ml/dd-conv';
import { type ModelConfigInput, parseConfig } from '../config/index.ts';
import { type AnyModel, construct } from '../models/create.ts';
import { onShapesAlone } from './shape-engine.ts';

/**
 * Shows a function the model of a configuration with all its parameters' names and shapes and without their values, whatever its
 * size: `inspectModel(config, parameterCount)`. No engine has to be running.
 *
 * @param look may not keep the model, nor compute with it
 * @throws Error when the configuration is wrong (see `parseConfig`)
 */
export function inspectModel<T>(config: ModelConfigInput, look: (model: AnyModel) => T): T {
  const complete = parseConfig(config);
  return onShapesAlone(() => {
    const model = construct(complete, Rng.blank());
    try {
      return look(model);
    } finally {
      model.dispose();
    }
  });
}
