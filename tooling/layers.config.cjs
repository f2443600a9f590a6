// Imports point down only: apps → trainers → orchid-models → dd-conv → fft → backends, and datasets → tokenizers; pipelines beside
// trainers; whatever loads files may import hub.
const below = {
  backends: [],
  fft: ['backends'],
  'dd-conv': ['fft', 'backends'],
  hub: [],
  'orchid-models': ['dd-conv', 'fft', 'backends', 'hub'],
  tokenizers: ['hub'],
  datasets: ['tokenizers', 'hub'],
  pipelines: ['orchid-models', 'dd-conv', 'fft', 'backends', 'datasets', 'tokenizers', 'hub'],
  trainers: ['orchid-models', 'dd-conv', 'fft', 'backends', 'datasets', 'tokenizers', 'hub'],
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(below).map(([name, allowed]) => ({
      name: `${name}-points-down`,
      comment: `packages/${name} may import ${allowed.length ? allowed.join(', ') : 'no other package of this workspace'}`,
      severity: 'error',
      from: { path: `^packages/${name}/src` },
      to: { path: '^(packages|apps)/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
    })),
    {
      name: 'apps-stand-alone',
      comment: 'An app knows no other app; the command starts the server through its public entry.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/src/' },
      to: { path: '^apps/', pathNot: ['^apps/$1/', '^apps/serve/src/index[.]ts$'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(packages|apps)/' },
      to: { circular: true },
    },
    {
      name: 'node-only-behind-node-subpath',
      comment: "What needs Node's own modules sits behind a ./node subpath, so that the main entry runs in a browser.",
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/[^/]+/src/node/|[.]test[.]ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'kernels-below-ops',
      comment: 'A kernel computes; it does not call the op that dispatches to it.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/kernels/', pathNot: '[.]test[.]ts$' },
      to: { path: '^packages/[^/]+/src/ops/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|assembly)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
