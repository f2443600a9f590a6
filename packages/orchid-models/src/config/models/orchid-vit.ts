// The image classifier of Orchid blocks (Karami & Ghodsi 2024, section 4.2).
import { z } from 'zod';
import { imageKeys, imageProblem, patchCount } from '../image-keys.ts';
import { completeSignal, signalKeys, signalProblem } from '../signal-keys.ts';

const schema = z.strictObject({
  model_type: z.literal('orchid-vit').describe('Which model this is.'),
  ...imageKeys,
  ...signalKeys,
});

type Complete = ReturnType<typeof completeSignal<z.output<typeof schema>>>;

export const orchidVit = {
  schema,
  complete: (parsed: z.output<typeof schema>): Complete => completeSignal(parsed),
  problem: (config: Complete) => imageProblem(config) ?? signalProblem(config, patchCount(config)),
};
