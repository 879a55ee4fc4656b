// The rules are those of JupyterLab's template for extensions, with the checks that know types.

import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['**/lib/**', 'onedata_lab/**'] },
  js.configs.recommended,
  {
    files: ['packages/**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { 'react-hooks': reactHooks },
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Its other rules are for React's compiler, which builds nothing here.
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      curly: ['error', 'all'],
      eqeqeq: 'error',
      'prefer-arrow-callback': ['error', { allowNamedFunctions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { args: 'none', ignoreRestSiblings: true }],
      // JupyterLab's own interfaces speak of `any`: plugins, contents, arguments.
      '@typescript-eslint/no-explicit-any': 'off'
    }
  },
  {
    // tsconfig.json leaves tests out of what is built.
    files: ['packages/**/*.test.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } }
  },
  {
    files: ['packages/**/*.config.js'],
    languageOptions: { globals: { module: 'writable', require: 'readonly' } }
  }
);
