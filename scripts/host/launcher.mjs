#!/usr/bin/env node
// Stands in for VS Code's desktop executable: takes the same arguments, runs the tests in a browser-served VS Code,
// and ends with their exit code. Hand its path to `runTests({ vscodeExecutablePath })` of @vscode/test-electron.
import 'tsx/cjs';
import { createRequire } from 'node:module';

createRequire(import.meta.url)('./launcher.ts');
