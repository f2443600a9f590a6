// The safetensors codec: the one file format of weights, which Python reads too.
export { type DecodedSafetensors, type DecodeOptions, decodeSafetensors } from './decode.ts';
export type { SafetensorsArray, SafetensorsDtype, SafetensorsTensor } from './dtypes.ts';
export { encodeSafetensors } from './encode.ts';
