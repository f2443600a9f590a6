// The package's public names.
export { type CheckpointStore, parseTrainerState, type Snapshot, type TrainerState } from './checkpoints.ts';
export { clipGradients, clipScale, sumOfSquares } from './clip.ts';
export { type DivergedDetails, TrainingDivergedError } from './diverged.ts';
export { type Accumulated, accumulateGradients, type MemoryOptions } from './gradients.ts';
export { type MemoryPlan, type PlanOptions, planMemory } from './memory/plan.ts';
export { StepMemory, type StepSize } from './memory/predict.ts';
export { memorySize, StepTooLargeError, type TooLargeDetails } from './memory/too-large.ts';
export { accuracy, f1, METRICS, type MetricName, matthews, metricsOf, pearson, spearman } from './metrics/index.ts';
export { AdamW, type AdamWOptions, vectorsDoNotDecay } from './optimizers/adamw.ts';
export type { Optimizer, UpdateOptions } from './optimizers/optimizer.ts';
export type { Communicator } from './parallel/communicator.ts';
export { leadStep } from './parallel/lead-step.ts';
export { type MakeReplica, type Replica, type ReplicaPort, serveReplica } from './parallel/replica.ts';
export { Replicas, type ReplicaThread } from './parallel/replicas.ts';
export { WorkerError } from './parallel/worker-error.ts';
export { createSchedule, type Schedule, type ScheduleOptions } from './schedules/index.ts';
export { type StepOptions, type StepResult, trainingStep } from './step.ts';
export {
  type ClassificationBatch,
  type ClassificationOptions,
  type ClassificationTask,
  classificationTask,
  type ExampleClassifier,
  type ReadyClassificationTask,
} from './tasks/classification.ts';
export { type MlmTask, type MlmTaskOptions, mlmTask } from './tasks/masked-lm.ts';
export { type MqarTask, type MqarTaskOptions, mqarTask } from './tasks/mqar.ts';
export { type RecallTask, type RecallTaskOptions, recallTask } from './tasks/recall.ts';
export type { ScoredBatch } from './tasks/scored-positions.ts';
export { spans } from './tasks/spans.ts';
export type {
  BatchShape,
  LossAndMetrics,
  LossOptions,
  Part,
  ReadyTask,
  Scores,
  Share,
  Tally,
  Task,
} from './tasks/task.ts';
export {
  type TextClassificationOptions,
  type TextClassificationTask,
  type TextClassifier,
  type TextTaskBatch,
  textClassificationTask,
} from './tasks/text-classification.ts';
export { type TextTensors, textTensors } from './text-tensors.ts';
export {
  type CheckpointEvent,
  type EvaluateEvent,
  type StepEvent,
  type TrainCallbacks,
  type TrainOptions,
  type TrainResult,
  train,
} from './train.ts';
