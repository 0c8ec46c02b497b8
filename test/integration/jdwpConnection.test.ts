import assert from 'node:assert/strict';
import { EventRequest, ReferenceType, VirtualMachine, type EventModifier } from '../../src/jdwp/commands';
import type { JdwpConnection } from '../../src/jdwp/connection';
import { EventKind, SuspendPolicy, TypeTag } from '../../src/jdwp/constants';
import { JdwpError } from '../../src/jdwp/error';
import type { ClassId, FieldId, MethodId, ReferenceTypeId } from '../../src/jdwp/ids';
import { TransportError } from '../../src/contracts/transportError';
import { nextEvent } from '../../src/util/async';
import { AbortedError } from '../../src/util/errors';
import { attach, attachAgain, classOf, EventLog, fixtureSources, methodOf } from './support/jdwp';
import {
  compileJava,
  startJava,
  temporaryFolder,
  type JavaProcess,
  type TemporaryFolder,
} from './support/javaProcess';
import { jdksToTest } from './support/jdks';
import { skip } from '../support/skip';

const reason = (error: unknown): string => (error instanceof JdwpError ? error.reason : String(error));

for (const jdk of jdksToTest()) {
  describe(`JDWP connection to JDK ${jdk.version}`, () => {
    let temporary: TemporaryFolder;
    let classes: string;
    let jvm: JavaProcess | undefined;
    let connection: JdwpConnection | undefined;

    before(async () => {
      temporary = await temporaryFolder();
      const sources = await fixtureSources('play/Playground.java', 'play/Greeter.java');
      classes = await compileJava(jdk, temporary.folder, sources);
    });
    after(() => temporary.remove());
    afterEach(async () => {
      connection?.dispose();
      await jvm?.stop();
    });

    async function start(options: { suspend?: boolean } = {}): Promise<[JavaProcess, JdwpConnection]> {
      const ready = options.suspend ? {} : { readyLine: 'READY' };
      jvm = await startJava(jdk, {
        classPath: [classes],
        mainClass: 'play.Playground',
        ...ready,
        ...options,
      });
      connection = await attach(jvm);
      return [jvm, connection];
    }

    it('answers hundreds of pipelined requests, each with its own reply', async () => {
      const [, open] = await start();
      const all = await open.request(VirtualMachine.AllClassesWithGeneric, {});
      assert.ok(all.classes.length > 300);
      const signatures = await Promise.all(
        all.classes.map(({ typeID }) => open.request(ReferenceType.Signature, { refType: typeID })),
      );
      assert.deepEqual(
        signatures.map(({ signature }) => signature),
        all.classes.map(({ signature }) => signature),
      );
    });

    it('keeps the VMStart of a suspended VM for the first listener', async () => {
      const [process, open] = await start({ suspend: true });
      const first = await nextEvent(open.onEvent);
      assert.deepEqual(
        first.events.map(({ kind }) => kind),
        ['VMStart'],
      );
      assert.equal(first.suspendPolicy, SuspendPolicy.All);
      await open.request(VirtualMachine.Resume, {});
      await process.line('READY');
    });

    it('types what happens: fields, exceptions, methods, monitors, threads, steps', async () => {
      const [process, open] = await start();
      const log = new EventLog(open);
      const declaring = await classOf(open, 'play.Playground');
      const { declared } = await open.request(ReferenceType.Fields, { refType: declaring });
      const field = (name: string): FieldId => declared.find((each) => each.name === name)!.fieldID;
      const on = (eventKind: EventKind, ...modifiers: EventModifier[]): Promise<unknown> =>
        open.request(EventRequest.Set, { eventKind, suspendPolicy: SuspendPolicy.None, modifiers });
      const here: EventModifier = { kind: 'ClassMatch', classPattern: 'play.*' };
      await on(EventKind.FieldModification, { kind: 'FieldOnly', declaring, fieldID: field('field') });
      await on(EventKind.FieldAccess, { kind: 'FieldOnly', declaring, fieldID: field('counter') });
      await on(EventKind.Exception, here);
      await on(EventKind.MethodEntry, here);
      await on(EventKind.MethodExit, here);
      await on(EventKind.MethodExitWithReturnValue, here);
      for (const eventKind of [
        EventKind.MonitorWait,
        EventKind.MonitorWaited,
        EventKind.MonitorContendedEnter,
        EventKind.MonitorContendedEntered,
      ])
        await on(eventKind, here);
      await on(EventKind.ThreadStart);
      await on(EventKind.ThreadDeath);
      process.tell('events');
      const { thread } = await log.next('ThreadStart');

      const modified = await log.next('FieldModification', ({ valueToBe }) => valueToBe.value === 12);
      assert.equal(modified.typeID, declaring);
      assert.equal(modified.thread, thread);
      assert.notEqual(modified.object.value, 0n);
      const accessed = await log.next('FieldAccess');
      assert.equal(accessed.fieldID, field('counter'));
      assert.equal(accessed.object.value, 0n, 'a static field has no object');
      const thrown = await log.next('Exception');
      assert.equal(thrown.catchLocation.methodID, await methodOf(open, declaring, 'events'));
      const twice = await methodOf(open, declaring, 'twice');
      const atTwice = ({ location }: { location: { methodID: MethodId } }): boolean =>
        location.methodID === twice;
      assert.equal((await log.next('MethodEntry', atTwice)).location.index, 0n);
      assert.equal((await log.next('MethodExit', atTwice)).thread, thread);
      const returned = await log.next('MethodExitWithReturnValue', atTwice);
      assert.deepEqual(returned.value, { tag: 'I', value: 8 });
      const waits = await log.next('MonitorWait', ({ timeout }) => timeout === 5n);
      const waited = await log.next('MonitorWaited', ({ object }) => object.value === waits.object.value);
      assert.equal(waited.timed_out, true);
      const contended = await log.next('MonitorContendedEnter', (event) => event.thread === thread);
      assert.equal(contended.object.value, waits.object.value);
      assert.equal(
        (await log.next('MonitorContendedEntered', (event) => event.thread === thread)).location.classID,
        declaring,
      );
      await process.line('played');
      assert.equal((await log.next('ThreadDeath', (event) => event.thread === thread)).requestID > 0, true);
    });

    it('steps through a method', async () => {
      const [process, open] = await start();
      const log = new EventLog(open);
      const classID: ReferenceTypeId & ClassId = await classOf(open, 'play.Playground');
      const loc = { typeTag: 1, classID, methodID: await methodOf(open, classID, 'act'), index: 0n } as const;
      await open.request(EventRequest.Set, {
        eventKind: EventKind.Breakpoint,
        suspendPolicy: SuspendPolicy.All,
        modifiers: [{ kind: 'LocationOnly', loc }],
      });
      process.tell('act');
      const { thread } = await log.next('Breakpoint');
      await open.request(EventRequest.Set, {
        eventKind: EventKind.SingleStep,
        suspendPolicy: SuspendPolicy.None,
        modifiers: [
          { kind: 'Step', thread, size: 0, depth: 0 },
          { kind: 'Count', count: 1 },
        ],
      });
      await open.request(VirtualMachine.Resume, {});
      const step = await log.next('SingleStep');
      assert.ok(step.location.index > 0n);
      assert.equal(await process.line(/^acted/), 'acted 17');
    });

    it('gives no place to an exception that nothing catches', async () => {
      const [process, open] = await start();
      const log = new EventLog(open);
      await open.request(EventRequest.Set, {
        eventKind: EventKind.Exception,
        suspendPolicy: SuspendPolicy.None,
        modifiers: [
          { kind: 'ExceptionOnly', exceptionOrNull: 0n as ReferenceTypeId, caught: false, uncaught: true },
        ],
      });
      process.tell('crash');
      const { location, catchLocation } = await log.next('Exception');
      assert.equal(location.classID, await classOf(open, 'play.Playground'));
      assert.deepEqual(catchLocation, { typeTag: TypeTag.Class, classID: 0n, methodID: 0n, index: 0n });
    });

    it('ends with vmDeath when the VM exits, and every request under way is settled', async () => {
      const [process, open] = await start();
      const log = new EventLog(open);
      process.tell('exit');
      await log.next('VMDeath');
      const pending = Promise.allSettled([1, 2, 3].map(() => open.request(VirtualMachine.AllThreads, {})));
      await process.exited;
      await pending;
      await assert.rejects(open.request(VirtualMachine.Version, {}), (error) => reason(error) === 'vmDeath');
    });

    it('ends with closed or lost when the VM is killed in the middle of its answers', async () => {
      const [process, open] = await start();
      const requests = Array.from({ length: 50 }, () =>
        open.request(VirtualMachine.AllClassesWithGeneric, {}),
      );
      const settling = Promise.allSettled(requests);
      await requests[0];
      const ended = nextEvent(open.onClose);
      await process.stop();
      const settled = await settling;
      const reasons = new Set(
        settled.flatMap((each) => (each.status === 'rejected' ? [reason(each.reason)] : [])),
      );
      const { reason: why } = open.closed ?? (await ended);
      assert.ok(['closed', 'lost'].includes(why), why);
      for (const each of reasons) assert.equal(each, why);
    });

    it('refuses a second debugger without disturbing the first', async () => {
      const [process, open] = await start();
      await assert.rejects(
        attach(process),
        (error) =>
          (error instanceof TransportError && error.reason === 'refused') ||
          (error instanceof JdwpError && error.reason === 'busy'),
      );
      assert.equal((await open.request(VirtualMachine.Version, {})).vmVersion, jdk.version);
      // The port is the same after we left.
      open.dispose();
      connection = await attachAgain(process);
    });

    it('gives up waiting for a VM that stands still, and goes on when it moves again', async function () {
      if (process.platform === 'win32') skip(this, 'Windows has no signal that stops a process');
      const [vm, open] = await start();
      vm.signal('SIGSTOP');
      const answers = (): Promise<boolean> =>
        open.request(VirtualMachine.Version, {}, { timeoutMs: 50 }).then(
          () => true,
          () => false,
        );
      while (await answers()); // the signal takes effect a little later
      const abort = new AbortController();
      const late = open.request(VirtualMachine.AllThreads, {}, { timeoutMs: 30 });
      const aborted = open.request(VirtualMachine.AllThreads, {}, { signal: abort.signal });
      await assert.rejects(late, (error) => reason(error) === 'timeout');
      abort.abort();
      await assert.rejects(aborted, AbortedError);
      vm.signal('SIGCONT');
      assert.equal((await open.request(VirtualMachine.Version, {})).vmVersion, jdk.version);
      assert.equal(open.closed, undefined);
    });

    it('leaves no socket and no timer behind when disposed', async () => {
      const count = (kind: string): number =>
        process.getActiveResourcesInfo().filter((each) => each === kind).length;
      const sockets = count('TCPSocketWrap');
      const [vm, open] = await start();
      const timers = count('Timeout');
      assert.equal(count('TCPSocketWrap'), sockets + 1);
      const unanswered = open.request(VirtualMachine.AllClassesWithGeneric, {}, { timeoutMs: 100_000 });
      assert.equal(count('Timeout'), timers + 1);
      open.dispose();
      await assert.rejects(unanswered, (error) => reason(error) === 'disposed');
      await vm.stop();
      assert.equal(count('TCPSocketWrap'), sockets);
      assert.equal(count('Timeout'), timers);
    });
  });
}
