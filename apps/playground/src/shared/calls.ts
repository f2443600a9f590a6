// Everything that the page and its workers say to each other, by name and type. What goes over is plain data: it can be
// structured-cloned.
import type { EngineChoice, EngineFacts } from './engine.ts';
import type { Asked, AskInput, LearnProgress, LearnSettings, LearnStatus } from './learn.ts';
import type { Look, LookInput, Rolled, RollInput } from './look.ts';
import type { Measured, MeasureInput, ScaleStart } from './scale.ts';
import type { Opened, UseAnswer, UseInput } from './use.ts';

/** Files by name, without folders. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** [input, answer] of each call to the worker of models. */
export interface ModelCalls {
  start: [EngineChoice, EngineFacts];
  /** Makes a fresh model in the place of the one there is. */
  'learn.begin': [LearnSettings, LearnStatus];
  /** Goes on from a file that `learn.save` gave, or a folder of `orchid train recall`. */
  'learn.open': [Files, LearnStatus];
  /** Trains; answers when it is paused, has learned it, or has failed. */
  'learn.run': [null, LearnStatus];
  'learn.pause': [null, LearnStatus];
  /** The model and all that training needs to go on: a .zip. */
  'learn.save': [null, Uint8Array];
  'learn.ask': [AskInput, Asked];
  'inside.look': [LookInput, Look];
  'inside.roll': [RollInput, Rolled];
  'use.open': [Files, Opened];
  'use.answer': [UseInput, UseAnswer];
}

/** What the worker of models says unasked. */
export interface ModelEvents {
  'learn.progress': LearnProgress;
}

/** Calls to a worker that measures; a fresh one for each mixer, as a heap never shrinks. */
export interface ScaleCalls {
  'scale.start': [ScaleStart, EngineFacts];
  'scale.measure': [MeasureInput, Measured];
}

export type AnyCalls = Record<string, [unknown, unknown]>;

/** A question to a worker. */
export interface Question {
  readonly id: number;
  readonly call: string;
  readonly input: unknown;
}

/** What comes back: the answer to a question, or an event. */
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: Failure }
  | { readonly event: string; readonly data: unknown };

/** An error on its way to the page. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  /** of an input that does not fit: which field of it */
  readonly field?: string;
}
