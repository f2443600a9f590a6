// Sounds from files, for one import.
export {
  type ClipList,
  type ClipOptions,
  type ReadClips,
  readClips,
  readRecording,
  type StreamedClips,
  streamClips,
} from './clips.ts';
export { readFsdd } from './fsdd.ts';
export {
  type ReadSpeechOptions,
  readSpeechCommands,
  type SpeechParts,
  speechPartOf,
  streamSpeechCommands,
} from './speech-commands.ts';
