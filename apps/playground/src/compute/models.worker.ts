// The worker that has the models: the one in training, the one that is looked into, the one that was dropped on the page.
// All of it computes on one engine; between two steps of a training others are served.
import { createModel, decodeSafetensors, modelFromFiles, parseConfig } from '@orchid-ml/orchid-models';
import { createPipeline, RecallPipeline } from '@orchid-ml/pipelines';
import sampleAddress from '../sample/recall.safetensors?url';
import type { ModelCalls, ModelEvents } from '../shared/calls.ts';
import type { LookSource } from '../shared/look.ts';
import { pack, unpack } from './archive.ts';
import { lookAt, type Subject } from './inside/look.ts';
import { rollAll } from './inside/roll.ts';
import { filesOf, sessionOf } from './learn/files.ts';
import { RecallSession } from './learn/session.ts';
import { serve, tell } from './serve.ts';
import { startEngine } from './start.ts';
import { UsedModel } from './use/used-model.ts';

let session: RecallSession | null = null;
let used: UsedModel | null = null;
const subjects = new Map<Exclude<LookSource, 'learned'>, Promise<Subject>>();

function learning(): RecallSession {
  if (!session) throw new Error('no model has been made yet; press Train on the page Learn');
  return session;
}

async function replaceSession(make: () => RecallSession): Promise<RecallSession> {
  // What cannot be made leaves the one there is.
  const made = make();
  await session?.dispose();
  session = made;
  return made;
}

/** The model that comes with the page, trained, or one like it that has not been trained. */
async function madeSubject(source: Exclude<LookSource, 'learned'>): Promise<Subject> {
  const response = await fetch(sampleAddress);
  if (!response.ok) throw new Error(`${sampleAddress}: the server answers ${response.status}`);
  const weights = new Uint8Array(await response.arrayBuffer());
  const { config: text, step } = decodeSafetensors(weights, { copy: false }).metadata;
  const config = parseConfig(JSON.parse(text!));
  const trained = source === 'sample';
  const model = trained ? modelFromFiles({ config, weights: [weights] }).model : createModel(config);
  const pipeline = createPipeline(model, { tokenizer: null, preprocessor: null });
  if (!(pipeline instanceof RecallPipeline)) throw new Error(`${sampleAddress}: want a model for recall`);
  const words = trained
    ? `the model that comes with this page, trained for ${step} steps`
    : 'the same model, untrained';
  return { pipeline, words };
}

function subjectOf(source: LookSource): Promise<Subject> | Subject {
  if (source === 'learned') {
    const { pipeline, status } = learning();
    return { pipeline, words: `the model of the page Learn after ${status.step} steps` };
  }
  let subject = subjects.get(source);
  if (!subject) {
    subject = madeSubject(source);
    subjects.set(source, subject);
    // Another try may have the network back.
    subject.catch(() => subjects.delete(source));
  }
  return subject;
}

serve<ModelCalls>({
  start: startEngine,
  'learn.begin': async (settings) => (await replaceSession(() => new RecallSession(settings))).status,
  'learn.open': async (files) => (await replaceSession(() => sessionOf(unpack(files)))).status,
  'learn.run': () => learning().run((progress) => tell<ModelEvents, 'learn.progress'>('learn.progress', progress)),
  'learn.pause': () => learning().pause(),
  'learn.save': async () => pack(await filesOf(learning())),
  'learn.ask': (input) => learning().ask(input),
  'inside.look': async (input) => lookAt(await subjectOf(input.source), input),
  'inside.roll': rollAll,
  'use.open': async (files) => {
    const opened = await UsedModel.open(unpack(files));
    used?.dispose();
    used = opened;
    return opened.described;
  },
  'use.answer': (input) => {
    if (!used) throw new Error('there is no model yet; drop its files on the page');
    return used.answer(input);
  },
});
