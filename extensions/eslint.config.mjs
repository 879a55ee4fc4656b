// ESLint and its plugins live in lint/, beside the TypeScript that they need.
export { default } from './lint/config.mjs';
