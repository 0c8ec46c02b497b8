import { execFile } from 'node:child_process';
import { promises as fs } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../../../src/contracts/log';
import { silentLog } from '../../../src/contracts/log';
import { debugOption } from '../../../src/compile/options';
import { ALL_DEBUG_INFO, type CompileProject, type CompileSettings } from '../../../src/compile/model';
import { CompilerService } from '../../../src/compile/service';
import { temporaryFolder, type JavaSources } from './javaProcess';
import type { Jdk } from './jdks';

export const serverSources = path.join(__dirname, '..', '..', '..', 'src', 'compile', 'java');
/** Kept between runs, as the product does. */
export const compilerCache = path.join(__dirname, '..', '..', '..', 'out', 'test-compiler');

export const defaultSettings: CompileSettings = {
  debug: ALL_DEBUG_INFO,
  parameters: false,
  encoding: 'UTF-8',
  processing: { kind: 'classPath' },
  extra: [],
};

export function newCompiler(
  options: { log?: Log; heapMb?: number; cacheDirectory?: string } = {},
): CompilerService {
  return new CompilerService({ serverSources, cacheDirectory: compilerCache, log: silentLog, ...options });
}

/** A project on the disk: sources in `src`, classes in `classes`. */
export class JavaProject {
  readonly folder: string;
  readonly jdk: Jdk;
  readonly #remove: () => Promise<void>;

  private constructor(folder: string, jdk: Jdk, remove: () => Promise<void>) {
    this.folder = folder;
    this.jdk = jdk;
    this.#remove = remove;
  }

  static async create(jdk: Jdk, sources: JavaSources): Promise<JavaProject> {
    const temporary = await temporaryFolder('swapdeck compile ü-');
    const project = new JavaProject(temporary.folder, jdk, () => temporary.remove());
    await fs.mkdir(project.classes, { recursive: true });
    for (const [name, text] of Object.entries(sources)) await project.write(name, text);
    return project;
  }

  remove(): Promise<void> {
    return this.#remove();
  }

  get sources(): string {
    return path.join(this.folder, 'src');
  }
  get classes(): string {
    return path.join(this.folder, 'classes');
  }
  source(name: string): string {
    return path.join(this.sources, ...name.split('/'));
  }

  async write(name: string, text: string | Buffer): Promise<string> {
    const file = this.source(name);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, text);
    return file;
  }

  project(parts: Partial<CompileProject> = {}, settings: Partial<CompileSettings> = {}): CompileProject {
    return {
      jdkHome: this.jdk.home,
      compiler: { kind: 'javac' },
      classRoot: this.classes,
      classPath: [],
      sourceRoots: [this.sources],
      settings: { ...defaultSettings, ...settings },
      ...parts,
    };
  }

  /** What the `javac` command writes to `classes` for these files, with the options that a build would give it. */
  async javac(project: CompileProject, files: readonly string[]): Promise<void> {
    const { settings, classPath } = project;
    const { level } = settings;
    const debug = debugOption(settings.debug);
    const version = String(level?.version);
    const options = [
      ...(debug ? [debug] : []),
      ...(settings.parameters ? ['-parameters'] : []),
      ...(level
        ? level.api === 'release'
          ? ['--release', version]
          : ['-source', version, '-target', version]
        : []),
      ...(settings.processing.kind === 'none'
        ? ['-proc:none']
        : this.jdk.feature >= 21
          ? ['-proc:full']
          : []),
      ...['-encoding', settings.encoding, '-cp', [project.classRoot, ...classPath].join(path.delimiter)],
      ...['-d', project.classRoot, ...files],
    ];
    await promisify(execFile)(this.jdk.javac, options, { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  }

  /** Packs the classes into a jar. */
  async jar(file: string): Promise<void> {
    await promisify(execFile)(this.jdk.javac.replace(/javac(?=(\.exe)?$)/, 'jar'), [
      'cf',
      file,
      '-C',
      this.classes,
      '.',
    ]);
  }

  classFile(name: string): Promise<Buffer> {
    return fs.readFile(path.join(this.classes, ...name.split('.')) + '.class');
  }
}
