import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { VirtualMachine } from '../../../src/jdwp/commands';
import type { JdwpConnection } from '../../../src/jdwp/connection';
import { VmError } from '../../../src/jdwp/error';
import type { ReferenceTypeId } from '../../../src/jdwp/ids';
import { compileJava, startJava, temporaryFolder, type JavaProcess } from './javaProcess';
import { attach } from './jdwp';
import type { Jdk } from './jdks';

/** A JVM that loads classes on command and redefines them over JDWP. */
export class RedefineHost {
  readonly #jvm: JavaProcess;
  readonly #remove: () => Promise<void>;
  readonly connection: JdwpConnection;

  private constructor(jvm: JavaProcess, connection: JdwpConnection, remove: () => Promise<void>) {
    this.#jvm = jvm;
    this.connection = connection;
    this.#remove = remove;
  }

  static async start(jdk: Jdk, vmArgs: readonly string[] = []): Promise<RedefineHost> {
    const temporary = await temporaryFolder();
    const source = await readFile(path.resolve('test/fixtures/java/predict/RedefineHost.java'), 'utf8');
    const classes = await compileJava(jdk, temporary.folder, { 'RedefineHost.java': source });
    const options = { classPath: [classes], mainClass: 'RedefineHost', readyLine: 'ready', vmArgs };
    const jvm = await startJava(jdk, options);
    return new RedefineHost(jvm, await attach(jvm), () => temporary.remove());
  }

  /** A new class loader over these jars and folders, used by the commands that follow. */
  async open(...paths: readonly string[]): Promise<void> {
    const answer = await this.#jvm.ask(`open ${paths.join(path.delimiter)}`);
    if (answer !== 'ok') throw new Error(answer);
  }

  /** Loads and links a class; false when the JVM can't, as when it needs classes that are not there. */
  async load(binaryName: string): Promise<boolean> {
    return (await this.#jvm.ask(`load ${binaryName}`)) === 'ok';
  }

  /** Ids of all classes that JDWP shows, by signature; of the same name the one loaded last. */
  async ids(): Promise<Map<string, ReferenceTypeId>> {
    const { classes } = await this.connection.request(VirtualMachine.AllClasses, {});
    const sorted = [...classes].sort((a, b) => (a.typeID < b.typeID ? -1 : 1));
    return new Map(sorted.map(({ signature, typeID }) => [signature, typeID]));
  }

  /** The ids of a class, one a class loader. */
  async idsOf(internalName: string): Promise<readonly ReferenceTypeId[]> {
    const { classes } = await this.connection.request(VirtualMachine.ClassesBySignature, {
      signature: `L${internalName};`,
    });
    return classes.map(({ typeID }) => typeID);
  }

  /** The error of a redefinition, 0 when it was accepted. */
  async redefine(refType: ReferenceTypeId, classfile: Buffer): Promise<number> {
    try {
      await this.connection.request(VirtualMachine.RedefineClasses, { classes: [{ refType, classfile }] });
      return 0;
    } catch (error) {
      if (error instanceof VmError) return error.error;
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.connection.dispose();
    await this.#jvm.stop();
    await this.#remove();
  }
}
