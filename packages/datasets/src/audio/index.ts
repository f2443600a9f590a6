// Sounds in memory and what can be done to them, for one import.
export { gain } from './augment/gain.ts';
export { type BackgroundOptions, backgroundNoise, whiteNoise } from './augment/noise.ts';
export { timeShift } from './augment/time-shift.ts';
export { type Clips, chain, clipExamples, fitLength, type WaveTransform } from './clips.ts';
export { FSDD_CLASSES, type FsddName, parseFsddName } from './fsdd.ts';
export { resample } from './resample.ts';
export {
  partBySpeakers,
  type SpeechCommands,
  type SpeechCommandsOptions,
  type SpeechList,
  type SpeechPart,
  sortSpeechCommands,
  speakerOf,
} from './speech-commands.ts';
export { decodeWav, mixDown, type Wav } from './wav.ts';
