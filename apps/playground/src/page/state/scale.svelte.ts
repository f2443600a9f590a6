// The measurement of the page Scale: what is asked for, what has been found.
import type { ScaleCalls } from '../../shared/calls.ts';
import type { EngineChoice, EngineFacts } from '../../shared/engine.ts';
import { type MeasureInput, SCALE_LENGTHS, type ScaleMixer, type ScaleWork } from '../../shared/scale.ts';
import { type MixerMeter, runScale, type ScalePoint } from '../scale-run.ts';
import { messageOf } from '../words.ts';
import { WorkerClient } from '../worker-client.ts';
import { engine } from './engine.svelte.ts';
import { learn } from './learn.svelte.ts';

const GIGABYTE = 2 ** 30;

/** What a tab can have without harm: a quarter of the device's memory where the browser says it, else 1 GB; at most 3 GB. */
function defaultMemory(): number {
  const { deviceMemory } = navigator as { deviceMemory?: number };
  const quarter = deviceMemory === undefined ? 1 : deviceMemory / 4;
  return [0.25, 0.5, 1, 2, 3].findLast((size) => size <= quarter) ?? 0.25;
}

export const MEMORY_CHOICES = [0.25, 0.5, 1, 2, 3];
export const TIME_CHOICES = [2, 10, 30, 120];

class Scale {
  longest = $state(SCALE_LENGTHS.at(-1)!);
  width = $state(64);
  layers = $state(2);
  /** GB */
  memory = $state(defaultMemory());
  /** seconds a measurement */
  time = $state(10);
  points = $state.raw<readonly ScalePoint[]>([]);
  doing = $state.raw<(MeasureInput & { readonly mixer: ScaleMixer }) | null>(null);
  facts = $state.raw<EngineFacts | null>(null);
  error = $state<string | null>(null);
  isDone = $state(false);
  readonly isRunning = $derived(this.doing !== null);
  #abort: AbortController | null = null;

  async run(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    const { signal } = abort;
    // Curves of two engines in one plot would compare the engines.
    const { choice } = engine;
    this.points = [];
    this.error = null;
    this.isDone = false;
    this.doing = { mixer: 'orchid', length: SCALE_LENGTHS[0]!, work: 'forward' };
    try {
      // Two workers at once would time each other.
      if (learn.isRunning) await learn.pause();
      await runScale({
        lengths: SCALE_LENGTHS.filter((length) => length <= this.longest),
        mixers: ['orchid', 'attention'],
        works: ['forward', 'training'],
        timeLimit: 1000 * this.time,
        open: (mixer) => this.#open(mixer, choice),
        onPoint: (point) => {
          this.points = [...this.points, point];
        },
        onBegin: (next) => {
          this.doing = next;
        },
        signal,
      });
      this.isDone = !signal.aborted;
    } catch (error) {
      if (!signal.aborted) this.error = messageOf(error);
    } finally {
      // After a stop another run may be under way.
      if (this.#abort === abort) this.doing = null;
    }
  }

  stop(): void {
    this.#abort?.abort();
    this.doing = null;
  }

  async #open(mixer: ScaleMixer, choice: EngineChoice): Promise<MixerMeter> {
    const worker = new WorkerClient<ScaleCalls>(
      new Worker(new URL('../../compute/scale.worker.ts', import.meta.url), { type: 'module' }),
    );
    const { width, layers } = this;
    try {
      this.facts = await worker.call('scale.start', {
        engine: choice,
        mixer,
        width,
        layers,
        memoryLimit: this.memory * GIGABYTE,
      });
    } catch (error) {
      worker.terminate();
      throw error;
    }
    const compiles = this.facts.name === 'webgpu';
    return { compiles, measure: (input) => worker.call('scale.measure', input), close: () => worker.terminate() };
  }

  /** The figures of one curve, in the order of the lengths. */
  series(mixer: ScaleMixer, work: ScaleWork): { length: number; ms: number; peakBytes: number | null }[] {
    return this.points.flatMap(({ result, ...point }) =>
      point.mixer === mixer && point.work === work && !('cannot' in result)
        ? [{ length: point.length, ms: result.ms, peakBytes: result.peakBytes }]
        : [],
    );
  }
}

export const scale = new Scale();
