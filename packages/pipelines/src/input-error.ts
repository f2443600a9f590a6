// The one error that is the caller's to mend: what a model was given, not the model.

/** Bad input: nothing is wrong with the model. `field` names the key of the input or of the options that does not fit. */
export class InputError extends Error {
  override readonly name = 'InputError';

  constructor(
    readonly field: string,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
