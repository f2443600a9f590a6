// The Free Spoken Digit Dataset by its files' names: `digit_speaker_index.wav`, of which its authors keep the first five
// recordings of each digit and speaker for testing.

/** Labels are the digits. */
export const FSDD_CLASSES: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

export interface FsddName {
  readonly digit: number;
  readonly speaker: string;
  readonly part: 'train' | 'test';
}

const NAME = /^([0-9])_(.+)_(\d+)\.wav$/i;
const TEST_INDICES = 5;

/** What a file's name says, folders before it left aside; null when it is no such name. */
export function parseFsddName(name: string): FsddName | null {
  const match = NAME.exec(name.slice(name.lastIndexOf('/') + 1));
  if (!match) return null;
  return { digit: Number(match[1]), speaker: match[2]!, part: Number(match[3]) < TEST_INDICES ? 'test' : 'train' };
}
