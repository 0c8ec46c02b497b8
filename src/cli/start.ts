import path from 'node:path';
import { stateFolder } from '../environments/stateFolder';
import { CodeCache } from './codeCache';
import { CodeLoader } from './codeLoader';
import { ExitCode } from './command';

// The command line's first file: loads the others with what V8 compiled when the same command was last run, since
// compiling takes longer than the rest of the start. Each command has a file of its own, so that it reads no more
// than it needs. Written by a run that went well, because that used all the code there is for the command.

/** A digest of all files of the command line, from the build. */
declare const BUILD: string;

const [command = ''] = process.argv.slice(2);
const name = /^[a-z]{1,20}$/.test(command) ? command : 'other';
const cache = new CodeCache(
  path.join(stateFolder(process.env), 'code', name),
  [BUILD, process.version, process.arch, __dirname].join(' '),
);
const loader = new CodeLoader(__dirname, cache.read());

process.once('exit', (code) => {
  const wentWell = code === ExitCode.done || code === ExitCode.lostRequests;
  if (wentWell && loader.hasNew) cache.write(loader.compiled());
});
loader.load(path.join(__dirname, 'cliMain.js'));
