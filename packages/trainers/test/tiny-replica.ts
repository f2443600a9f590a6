// What a worker of this package's tests trains: the same as the test itself, with faults on demand.
import { useBackend } from '@orchid-ml/backends';
import { serveReplica } from '../src/node/index.ts';
import { makeTiny, type TinySetup } from './tiny-setup.ts';

serveReplica<TinySetup>(async (setup, { rank }) => {
  if (setup.fault?.kind === 'start' && setup.fault.rank === rank) throw new Error('no engine today');
  await useBackend(setup.backend);
  return makeTiny(setup, rank);
});
