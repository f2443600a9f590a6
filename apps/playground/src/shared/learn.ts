// What is trained on the page: associative recall, its settings, and how a run goes.

export interface LearnSettings {
  /** tokens of a sequence */
  readonly length: number;
  /** tokens there are; even */
  readonly vocabSize: number;
  readonly mixer: 'orchid' | 'attention';
  /** how Orchid makes its kernel from the data: I phase suppression, II cross-correlation */
  readonly conditioning: 'I' | 'II';
  readonly transform: 'dct' | 'dft';
  /** channels D */
  readonly width: number;
  /** blocks */
  readonly layers: number;
  /** sequences a step */
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** Learned within half a minute on one slow core. */
export const DEFAULT_LEARN: LearnSettings = {
  length: 32,
  vocabSize: 10,
  mixer: 'orchid',
  conditioning: 'I',
  transform: 'dct',
  width: 32,
  layers: 1,
  batchSize: 32,
  learningRate: 4e-3,
  seed: 1,
};

/** What the page's controls offer; the worker's checks are the packages' own. */
export const LEARN_CHOICES = {
  length: [16, 32, 64, 128, 256, 512, 1024],
  vocabSize: [6, 8, 10, 14, 20, 30, 40],
  width: [16, 32, 64, 128],
  layers: [1, 2, 3, 4],
  batchSize: [8, 16, 32, 64],
  learningRate: [5e-4, 1e-3, 2e-3, 4e-3, 8e-3],
} as const;

/** A run is over once this share of held-out sequences is answered right. */
export const TARGET_ACCURACY = 0.995;

export interface LearnStatus {
  readonly settings: LearnSettings;
  /** steps done */
  readonly step: number;
  /** trained values of the model */
  readonly parameters: number;
  /** 'learned': the last evaluation was at TARGET_ACCURACY or above */
  readonly state: 'fresh' | 'running' | 'paused' | 'learned' | 'diverged';
  /** why it ended, where that is not plain */
  readonly note: string | null;
}

export interface StepPoint {
  readonly step: number;
  readonly loss: number;
  /** of the step's own sequences */
  readonly accuracy: number;
}

export interface EvaluationPoint {
  readonly step: number;
  readonly loss: number;
  /** of sequences that training never sees */
  readonly accuracy: number;
}

/** News of a run, several times a second. */
export interface LearnProgress {
  readonly steps: readonly StepPoint[];
  readonly evaluations: readonly EvaluationPoint[];
  readonly tokensPerSecond: number;
  readonly stepMs: number;
}

export interface AskInput {
  /** names or ids; empty: a sequence drawn at random */
  readonly sequence: string;
  /** of what is drawn */
  readonly seed: number;
}

export interface Guess {
  readonly token: string;
  readonly probability: number;
}

export interface Asked {
  /** as the model saw it, repeated up to its length */
  readonly sequence: string;
  readonly answer: string;
  readonly expected: string;
  readonly right: boolean;
  readonly guesses: readonly Guess[];
}
