import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Who may import whom: folder of `src` -> the folders it may import from (its own is always allowed). */
const directions = {
  util: [],
  contracts: ['util'],
  jdwp: ['util', 'contracts'],
  classfile: ['util', 'contracts'],
  artifacts: ['util', 'contracts'],
  compile: ['util', 'contracts', 'artifacts'],
  certificates: ['util', 'contracts'],
  transport: ['util', 'contracts'],
  routers: ['util', 'contracts'],
  config: ['util', 'contracts'],
  hotswap: ['util', 'contracts', 'jdwp', 'classfile', 'compile', 'transport', 'config'],
  targets: ['util', 'contracts', 'artifacts', 'jdwp', 'classfile', 'compile', 'transport', 'config'],
  deploy: ['util', 'contracts', 'config', 'transport', 'routers', 'certificates'],
  environments: [
    'util',
    'contracts',
    'artifacts',
    'certificates',
    'transport',
    'routers',
    'config',
    'hotswap',
    'targets',
    'deploy',
  ],
  messages: [
    'util',
    'contracts',
    'artifacts',
    'jdwp',
    'classfile',
    'compile',
    'certificates',
    'transport',
    'routers',
    'config',
    'hotswap',
    'targets',
    'deploy',
    'environments',
  ],
};
const rooms = [...Object.keys(directions), 'editor', 'cli'];
const core = Object.keys(directions);

/** Refuses `../other/...` imports that go against the arrows, and `vscode` outside the editor. */
const arrows = core.map((room) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: [{ name: 'vscode', message: 'Only src/editor and src/extension.ts know the editor.' }],
        patterns: [
          {
            group: rooms
              .filter((other) => other !== room && !directions[room].includes(other))
              .map((other) => `**/${other}/*`),
            message: `src/${room} may not import from here; see the table in eslint.config.mjs.`,
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist', 'out', 'node_modules', '.vscode-test', 'samples', 'test/fixtures'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-lines': ['error', { max: 400 }],
    },
  },
  ...arrows,
  {
    files: ['src/cli.ts', 'src/cli/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: 'vscode', message: 'The command line runs without an editor.' }],
          patterns: [{ group: ['**/editor/*'], message: 'The command line runs without an editor.' }],
        },
      ],
    },
  },
  {
    files: ['src/editor/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['**/cli/*'] }] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        Buffer: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
        performance: 'readonly',
      },
    },
  },
);
