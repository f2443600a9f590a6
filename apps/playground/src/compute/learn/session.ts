// One model of associative recall and its training: made afresh or from a file, run, paused, asked, saved.
import { createModel, parameterCount, type RecallModel } from '@orchid-ml/orchid-models';
import { createPipeline, drawRecallSequence, RecallPipeline } from '@orchid-ml/pipelines';
import {
  AdamW,
  createSchedule,
  type RecallTask,
  recallTask,
  type TrainerState,
  TrainingDivergedError,
  train,
} from '@orchid-ml/trainers';
import type { Asked, AskInput, LearnProgress, LearnSettings, LearnStatus } from '../../shared/learn.ts';
import { TARGET_ACCURACY } from '../../shared/learn.ts';
import { ProgressLog } from './progress-log.ts';

/** Steps between two evaluations, and the held-out sequences of one. */
const EVALUATE_EVERY = 25;
const EVALUATION_SEQUENCES = 400;
const WARMUP_STEPS = 40;
/** The visitor stops a run, or the target does; the loop wants a number. */
const ENDLESS = 1_000_000;

/** What a file holds of a run besides the weights. */
export interface SavedRun {
  readonly state: TrainerState | null;
  readonly optimizer: Parameters<AdamW['loadState']>[0] | null;
}

export class RecallSession {
  readonly settings: LearnSettings;
  readonly model: RecallModel;
  readonly pipeline: RecallPipeline;
  readonly #task: RecallTask;
  readonly #optimizer: AdamW;
  readonly #schedule = createSchedule({ kind: 'constant', warmupSteps: WARMUP_STEPS, totalSteps: ENDLESS });
  #step = 0;
  #state: LearnStatus['state'] = 'fresh';
  #note: string | null = null;
  #abort: AbortController | null = null;
  #running: Promise<LearnStatus> | null = null;

  /**
   * @param model taken over; without one a fresh one is made
   * @throws Error naming the setting that does not fit
   */
  constructor(settings: LearnSettings, model?: RecallModel, saved?: SavedRun) {
    this.settings = settings;
    const { length, vocabSize, batchSize, seed, learningRate } = settings;
    this.#task = recallTask({ length, vocabSize, batchSize, seed, evaluationSequences: EVALUATION_SEQUENCES });
    this.model = model ?? freshModel(settings);
    let optimizer: AdamW | null = null;
    try {
      this.pipeline = pipelineOf(this.model);
      optimizer = new AdamW(this.model, { learningRate, weightDecay: 0 });
      this.#optimizer = optimizer;
      if (saved?.optimizer) optimizer.loadState(saved.optimizer);
      if (saved?.state) {
        this.#task.state = saved.state.task.state;
        this.#step = saved.state.step;
        this.#state = 'paused';
      }
    } catch (error) {
      optimizer?.dispose();
      this.model.dispose();
      throw error;
    }
  }

  get status(): LearnStatus {
    return {
      settings: this.settings,
      step: this.#step,
      parameters: parameterCount(this.model),
      state: this.#state,
      note: this.#note,
    };
  }

  /**
   * Trains until it is paused, has learned the task, or has failed; a second call while it runs waits for the same end.
   *
   * @param onProgress called several times a second
   */
  run(onProgress: (progress: LearnProgress) => void): Promise<LearnStatus> {
    this.#running ??= this.#run(onProgress).finally(() => {
      this.#running = null;
      this.#abort = null;
    });
    return this.#running;
  }

  async #run(onProgress: (progress: LearnProgress) => void): Promise<LearnStatus> {
    const log = new ProgressLog(onProgress);
    this.#abort = new AbortController();
    this.#state = 'running';
    this.#note = null;
    let isLearned = false;
    try {
      await train({
        model: this.model,
        task: this.#task,
        optimizer: this.#optimizer,
        schedule: this.#schedule,
        steps: ENDLESS,
        startStep: this.#step,
        evaluateEvery: EVALUATE_EVERY,
        signal: this.#abort.signal,
        seed: this.settings.seed,
        callbacks: {
          onStep: ({ step, loss, metrics, tokensPerSecond, stepMs }) => {
            this.#step = step;
            log.addStep({ step, loss, accuracy: metrics.accuracy! }, tokensPerSecond, stepMs);
          },
          onEvaluate: ({ step, scores }) => {
            const accuracy = scores.accuracy!;
            log.addEvaluation({ step, loss: scores.loss, accuracy });
            isLearned = accuracy >= TARGET_ACCURACY;
            return isLearned ? 'stop' : undefined;
          },
        },
      });
      this.#state = isLearned ? 'learned' : 'paused';
    } catch (error) {
      if (!(error instanceof TrainingDivergedError)) {
        this.#state = 'paused';
        throw error;
      }
      this.#state = 'diverged';
      this.#note = error.message;
    } finally {
      log.flush();
    }
    return this.status;
  }

  /** Ends the run after the current step. */
  async pause(): Promise<LearnStatus> {
    this.#abort?.abort();
    await this.#running;
    return this.status;
  }

  /** Asks the model as it is now. @throws InputError saying which token does not fit */
  async ask({ sequence, seed }: AskInput): Promise<Asked> {
    const { vocabSize, length } = this.settings;
    const text = sequence.trim() === '' ? drawRecallSequence(vocabSize, length, seed) : sequence;
    const [answer] = await this.pipeline.run([this.pipeline.prepare({ sequence: text })]);
    return answer!;
  }

  /** What `train` would record at this step, and the optimiser's state. */
  async saved(): Promise<{ readonly state: TrainerState; readonly optimizer: NonNullable<SavedRun['optimizer']> }> {
    const task = { name: this.#task.name, settings: this.#task.settings, state: this.#task.state };
    const state: TrainerState = {
      version: 1,
      step: this.#step,
      steps: ENDLESS,
      seed: this.settings.seed,
      clipNorm: 1,
      schedule: this.#schedule.options,
      optimizer: this.#optimizer.settings,
      task,
    };
    return { state, optimizer: await this.#optimizer.state() };
  }

  /** Pauses, and frees the model. */
  async dispose(): Promise<void> {
    // A run that fails has told so to whoever started it.
    await this.pause().catch(() => {});
    this.#optimizer.dispose();
    this.model.dispose();
  }
}

function freshModel(settings: LearnSettings): RecallModel {
  const { mixer, conditioning, transform, width, layers, length, vocabSize, seed } = settings;
  return createModel(
    {
      model_type: 'orchid-recall',
      vocab_size: vocabSize,
      hidden_size: width,
      num_hidden_layers: layers,
      max_position_embeddings: length,
      mixer,
      conditioning,
      transform,
      fft_norm: 'ortho',
      // Attention knows the order of positions from these alone; Orchid needs none.
      position_embedding_type: mixer === 'attention' ? 'absolute' : 'none',
    },
    { seed },
  );
}

function pipelineOf(model: RecallModel): RecallPipeline {
  const pipeline = createPipeline(model, { tokenizer: null, preprocessor: null });
  if (!(pipeline instanceof RecallPipeline)) throw new Error(`a model of ${model.kind} is not for recall`);
  return pipeline;
}
