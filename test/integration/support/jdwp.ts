import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { JdwpConnection, type JdwpOptions } from '../../../src/jdwp/connection';
import { ReferenceType, VirtualMachine } from '../../../src/jdwp/commands';
import type { JdwpEvent } from '../../../src/jdwp/events';
import type { ClassId, MethodId, ReferenceTypeId } from '../../../src/jdwp/ids';
import { signatureOf } from '../../../src/jdwp/signature';
import { TransportError } from '../../../src/contracts/transportError';
import { TcpDialer } from '../../../src/transport/tcp';
import { Deferred } from '../../../src/util/async';
import type { JavaProcess, JavaSources } from './javaProcess';

const fixtures = path.resolve(__dirname, '../../fixtures/jdwp');

export async function fixtureSources(...names: string[]): Promise<JavaSources> {
  const entries = names.map(async (name): Promise<[string, string]> => [
    name,
    await readFile(path.join(fixtures, ...name.split('/')), 'utf8'),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

export async function attach(jvm: JavaProcess, options?: JdwpOptions): Promise<JdwpConnection> {
  return JdwpConnection.open(await new TcpDialer().dial(jvm.endpoint), options);
}

/** After another connection ended: the VM listens again as soon as it has noticed. */
export async function attachAgain(jvm: JavaProcess): Promise<JdwpConnection> {
  for (;;) {
    try {
      return await attach(jvm);
    } catch (error) {
      if (!(error instanceof TransportError && error.reason === 'refused')) throw error;
    }
  }
}

/** The only class of that name. */
export async function classOf(connection: JdwpConnection, name: string): Promise<ReferenceTypeId & ClassId> {
  const { classes } = await connection.request(VirtualMachine.ClassesBySignature, {
    signature: signatureOf(name),
  });
  if (classes.length !== 1) throw new Error(`${classes.length} classes ${name}`);
  return classes[0]!.typeID as ReferenceTypeId & ClassId;
}

export async function methodOf(
  connection: JdwpConnection,
  refType: ReferenceTypeId,
  name: string,
  signature?: string,
): Promise<MethodId> {
  const { declared } = await connection.request(ReferenceType.Methods, { refType });
  const found = declared.find(
    (each) => each.name === name && (signature ?? each.signature) === each.signature,
  );
  if (!found) throw new Error(`no method ${name}`);
  return found.methodID;
}

/** Collects what the VM reports from now on, so that an event cannot be missed between asking and waiting. */
export class EventLog {
  readonly events: JdwpEvent[] = [];
  #changed = new Deferred<void>();

  constructor(connection: JdwpConnection) {
    const changed = (): void => {
      this.#changed.resolve();
      this.#changed = new Deferred();
    };
    connection.onEvent(({ events }) => {
      this.events.push(...events);
      changed();
    });
    connection.onClose((error) => this.#changed.reject(error));
  }

  /** The first event of the kind that passes, already seen or still to come; it is taken out. */
  async next<K extends JdwpEvent['kind']>(
    kind: K,
    filter: (event: Extract<JdwpEvent, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<JdwpEvent, { kind: K }>> {
    for (;;) {
      const at = this.events.findIndex(
        (event) => event.kind === kind && filter(event as Extract<JdwpEvent, { kind: K }>),
      );
      if (at >= 0) return this.events.splice(at, 1)[0] as Extract<JdwpEvent, { kind: K }>;
      await this.#changed.promise;
    }
  }
}
