// The worker that measures: one for each mixer, and gone afterwards with all its memory.
import type { ScaleCalls } from '../shared/calls.ts';
import { Meter } from './scale/meter.ts';
import { serve } from './serve.ts';
import { startEngine } from './start.ts';

let meter: Meter | null = null;

serve<ScaleCalls>({
  'scale.start': async (settings) => {
    const facts = await startEngine(settings.engine);
    meter = new Meter(settings);
    return facts;
  },
  'scale.measure': (input) => {
    if (!meter) throw new Error('scale.measure before scale.start');
    return meter.measure(input);
  },
});
