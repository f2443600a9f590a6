// What routes take and give, said once: from here come the checks of requests, the types in the code, and the page at /docs.
import { type Static, type TSchema, Type } from '@fastify/type-provider-typebox';

/** A longer list of guesses helps nobody. */
const mostGuesses = 100;
/** Of the mark of a mask. */
const longestMask = 32;

export interface TextLimits {
  /** characters */
  readonly maxTextLength: number;
}

const model = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'The name of the model; may be left out where one model fits.',
  }),
);
const top = Type.Optional(
  Type.Integer({ minimum: 1, maximum: mostGuesses, description: 'How many guesses to give; 5 by default.' }),
);
const exact = { additionalProperties: false } as const;
const Guess = Type.Object({ label: Type.String(), probability: Type.Number() });
const TokenGuess = Type.Object({ id: Type.Integer(), token: Type.String(), probability: Type.Number() });

export const ErrorSchema = Type.Object(
  {
    error: Type.Object({
      code: Type.String({ description: 'Stays the same when the words change.' }),
      message: Type.String(),
      requestId: Type.String(),
    }),
  },
  { description: 'Why there is no answer.' },
);

export const RecallAnswer = Type.Object(
  {
    sequence: Type.String({
      description: 'As the model got it: pairs repeated up to the length that it was trained on.',
    }),
    answer: Type.String(),
    expected: Type.String(),
    right: Type.Boolean(),
    guesses: Type.Array(TokenGuess),
  },
  { description: 'What `orchid predict --json` prints.' },
);

export const FillMaskAnswer = Type.Object(
  {
    filled: Type.String({ description: 'The text with the likeliest token in place of each mask.' }),
    masks: Type.Array(Type.Array(TokenGuess), { description: 'For each mask its likeliest tokens.' }),
    contextTokens: Type.Integer({ description: 'Tokens of the context that stood before the text.' }),
  },
  { description: 'What `orchid predict --json` prints.' },
);

export const ClassifyAnswer = Type.Object(
  {
    guesses: Type.Optional(Type.Array(Guess, { description: 'The likeliest classes.' })),
    value: Type.Optional(Type.Number({ description: 'In place of them, the number of a regression.' })),
  },
  { description: 'What `orchid predict --json` prints.' },
);

export const EmbeddingAnswer = Type.Object({
  embedding: Type.Array(Type.Number(), {
    description:
      'The mean of the last hidden states over the real positions: as many float32 numbers as the model is wide.',
  }),
});

export const ModelList = Type.Object({
  models: Type.Array(
    Type.Object({
      name: Type.String(),
      task: Type.String({ description: 'What it is for.' }),
      type: Type.String({ description: 'The model_type of its config.json.' }),
      state: Type.String({ description: 'ready, loading, unloaded (loaded when it is asked for) or failed.' }),
      version: Type.Union([Type.Integer(), Type.Null()], {
        description: 'Counts the states of its folder that were loaded.',
      }),
      bytes: Type.Integer({ description: 'Of its weights, in all workers.' }),
      note: Type.Union([Type.String(), Type.Null()], {
        description: 'What happened to it last, if that is worth telling.',
      }),
    }),
  ),
});

export const Health = Type.Object({ status: Type.String() });

export const Readiness = Type.Object({
  ready: Type.Boolean(),
  reason: Type.Optional(Type.String()),
  workers: Type.Object({ ready: Type.Integer(), wanted: Type.Integer() }),
});

/** The query of routes that take JSON alone. */
export const NoQuery = Type.Object({}, exact);

/** The queries of routes that take raw bodies. */
export const EmbedQuery = Type.Object({ model }, exact);
export const MediaQuery = Type.Object(
  {
    model,
    // Of a number from 1 to mostGuesses the digits.
    top: Type.Optional(Type.String({ pattern: '^([1-9][0-9]?|100)$', description: 'How many guesses to give.' })),
  },
  exact,
);

/** The bodies, within a server's limits. */
export function bodySchemas({ maxTextLength }: TextLimits) {
  const text = (description: string) => Type.String({ maxLength: maxTextLength, description });
  // The body's own limit is theirs: counting the characters of megabytes takes time.
  const base64 = (description: string) => Type.String({ minLength: 1, description });
  const media = {
    image: Type.Optional(base64('A PNG or JPEG file in base64.')),
    audio: Type.Optional(base64('A WAV file in base64.')),
  };
  const texts = {
    text: Type.Optional(text('A text.')),
    textPair: Type.Optional(text('The second text, for a model that judges pairs.')),
  };
  return {
    recall: Type.Object(
      { model, sequence: text('Pairs of key and value, =>, and the key that is asked for: k3 v5 k1 v2 => k3'), top },
      exact,
    ),
    fillMask: Type.Object(
      {
        model,
        text: text('With masks.'),
        mask: Type.Optional(
          Type.String({ minLength: 1, maxLength: longestMask, description: 'What marks a mask; [MASK] by default.' }),
        ),
        context: Type.Optional(text('Stands before the text, its end as far as it fits.')),
        top,
      },
      exact,
    ),
    classify: Type.Object(
      { model, ...texts, ...media, top },
      { ...exact, description: 'One of text, image and audio.' },
    ),
    embeddings: Type.Object(
      { model, ...texts, ...media, sequence: Type.Optional(text('For a recall model.')) },
      { ...exact, description: 'One of text, image, audio and sequence.' },
    ),
  };
}

export type Bodies = ReturnType<typeof bodySchemas>;
export type BodyOf<T extends keyof Bodies> = Static<Bodies[T]>;

/** JSON of a schema, or a raw file. */
export const jsonOrMedia = (schema: TSchema, types: readonly string[]) => ({
  content: {
    'application/json': { schema },
    ...Object.fromEntries(types.map((type) => [type, { schema: Type.Any({ contentMediaType: type }) }])),
  },
});
