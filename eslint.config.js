// ESLint's recommended rules for the browser modules and for the tests that Node runs.
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: [".venv/", "build/", "dist/", "docs/"] },
  js.configs.recommended,
  { files: ["app/**/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["tests/js/**/*.js"], languageOptions: { globals: globals.nodeBuiltin } },
];
