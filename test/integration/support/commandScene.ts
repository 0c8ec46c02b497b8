import assert from 'node:assert/strict';
import {
  ClassObjectReference,
  ClassType,
  ReferenceType,
  StringReference,
  ThreadReference,
  VirtualMachine,
} from '../../../src/jdwp/commands';
import type { Command } from '../../../src/jdwp/command';
import type { JdwpConnection } from '../../../src/jdwp/connection';
import { InvokeOptions } from '../../../src/jdwp/constants';
import type { ClassId, FieldId, MethodId, ReferenceTypeId, ThreadId } from '../../../src/jdwp/ids';
import { attach, classOf, EventLog, fixtureSources, methodOf } from './jdwp';
import {
  compileJava,
  startJava,
  temporaryFolder,
  type JavaProcess,
  type TemporaryFolder,
} from './javaProcess';
import type { Jdk } from './jdks';

/** A JVM that runs `play.Playground`, and a connection to it that keeps the names of the commands it executed. */
export class CommandScene {
  readonly executed = new Set<string>();
  readonly jdk: Jdk;
  readonly #temporary: TemporaryFolder;
  readonly classes: string;
  readonly jvm: JavaProcess;
  connection: JdwpConnection;
  log: EventLog;
  playground = 0n as ReferenceTypeId & ClassId;

  private constructor(
    jdk: Jdk,
    temporary: TemporaryFolder,
    classes: string,
    jvm: JavaProcess,
    connection: JdwpConnection,
  ) {
    this.jdk = jdk;
    this.#temporary = temporary;
    this.classes = classes;
    this.jvm = jvm;
    this.connection = connection;
    this.log = new EventLog(connection);
  }

  static async open(jdk: Jdk): Promise<CommandScene> {
    const temporary = await temporaryFolder();
    const classes = await compileJava(
      jdk,
      temporary.folder,
      await fixtureSources('play/Playground.java', 'play/Greeter.java'),
    );
    const jvm = await startJava(jdk, {
      classPath: [classes],
      mainClass: 'play.Playground',
      readyLine: 'READY',
    });
    const scene = new CommandScene(jdk, temporary, classes, jvm, await attach(jvm));
    scene.playground = await classOf(scene.connection, 'play.Playground');
    return scene;
  }

  get folder(): string {
    return this.#temporary.folder;
  }

  async close(): Promise<void> {
    this.connection.dispose();
    await this.jvm.stop();
    await this.#temporary.remove();
  }

  readonly ask = <Q, R>(command: Command<Q, R>, args: Q): Promise<R> => {
    this.executed.add(command.name);
    return this.connection.request(command, args);
  };

  /** A method of the playground. */
  readonly method = (name: string, signature?: string): Promise<MethodId> =>
    methodOf(this.connection, this.playground, name, signature);

  /** A field of the playground. */
  readonly field = async (name: string): Promise<FieldId> => {
    const { declared } = await this.ask(ReferenceType.Fields, { refType: this.playground });
    return declared.find((field) => field.name === name)!.fieldID;
  };

  /** The text of a string object. */
  readonly text = async (id: bigint): Promise<string> =>
    (await this.ask(StringReference.Value, { stringObject: id as never })).stringValue;

  /** The thread of that name, as soon as it runs. */
  readonly threadNamed = async (wanted: string): Promise<ThreadId> => {
    for (;;) {
      for (const thread of (await this.ask(VirtualMachine.AllThreads, {})).threads) {
        if ((await this.ask(ThreadReference.Name, { thread })).threadName === wanted) return thread;
      }
    }
  };

  /** Has a thread that an event stopped load and initialise a class with `Class.forName`. */
  readonly loadIn = async (thread: ThreadId, name: string): Promise<ReferenceTypeId> => {
    const clazz = await classOf(this.connection, 'java.lang.Class');
    const { stringObject } = await this.ask(VirtualMachine.CreateString, { utf: name });
    const signature = '(Ljava/lang/String;ZLjava/lang/ClassLoader;)Ljava/lang/Class;';
    const { classLoader } = await this.ask(ReferenceType.ClassLoader, { refType: this.playground });
    const { returnValue } = await this.ask(ClassType.InvokeMethod, {
      clazz,
      thread,
      methodID: await methodOf(this.connection, clazz, 'forName', signature),
      arguments: [
        { tag: 's', value: stringObject },
        { tag: 'Z', value: true },
        { tag: 'l', value: classLoader },
      ],
      options: InvokeOptions.SingleThreaded,
    });
    assert.equal(returnValue.tag, 'c');
    const { typeID } = await this.ask(ClassObjectReference.ReflectedType, {
      classObject: returnValue.value as never,
    });
    return typeID;
  };
}
