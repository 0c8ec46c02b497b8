import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import {
  ArrayReference,
  ArrayType,
  ClassLoaderReference,
  ClassObjectReference,
  ClassType,
  commandSets,
  EventRequest,
  InterfaceType,
  Method,
  ModuleReference,
  ObjectReference,
  ReferenceType,
  StackFrame,
  ThreadGroupReference,
  ThreadReference,
  VirtualMachine,
} from '../../src/jdwp/commands';
import type { Command } from '../../src/jdwp/command';
import {
  EventKind,
  InvokeOptions,
  SuspendPolicy,
  SUSPEND_STATUS_SUSPENDED,
  TypeTag,
} from '../../src/jdwp/constants';
import { VmError } from '../../src/jdwp/error';
import { ErrorConstant } from '../../src/jdwp/errorConstants';
import type * as ids from '../../src/jdwp/ids';
import type { Value } from '../../src/jdwp/values';
import { CommandScene } from './support/commandScene';
import { attachAgain, classOf, fixtureSources, methodOf } from './support/jdwp';
import { compileJava } from './support/javaProcess';
import { jdksToTest } from './support/jdks';

// Every command of the specification is executed once against a real VM, and its answer checked for meaning.
for (const jdk of jdksToTest()) {
  describe(`JDWP commands on JDK ${jdk.version}`, () => {
    let scene: CommandScene;
    let playground: ids.ReferenceTypeId & ids.ClassId;
    let stage: ids.ThreadId;
    const ask = <Q, R>(command: Command<Q, R>, args: Q): Promise<R> => scene.ask(command, args);

    before(async () => {
      scene = await CommandScene.open(jdk);
      playground = scene.playground;
    });
    after(() => scene.close());

    it('VirtualMachine: what it is, what it can, what it loaded', async () => {
      assert.equal((await ask(VirtualMachine.Version, {})).vmVersion, jdk.version);
      assert.equal((await ask(VirtualMachine.IDSizes, {})).objectIDSize, scene.connection.idSizes.object);
      assert.equal((await ask(VirtualMachine.Capabilities, {})).canGetBytecodes, true);
      const capabilities = await ask(VirtualMachine.CapabilitiesNew, {});
      assert.equal(capabilities.canRedefineClasses, true);
      assert.equal(capabilities.reserved32, false);
      const signature = 'Lplay/Playground;';
      const bySignature = await ask(VirtualMachine.ClassesBySignature, { signature });
      assert.deepEqual(bySignature.classes, [{ refTypeTag: TypeTag.Class, typeID: playground, status: 7 }]);
      const all = await ask(VirtualMachine.AllClasses, {});
      const generic = await ask(VirtualMachine.AllClassesWithGeneric, {});
      for (const { classes } of [all, generic])
        assert.equal(classes.find((each) => each.signature === signature)?.typeID, playground);
      const enumType = generic.classes.find((each) => each.signature === 'Ljava/lang/Enum;');
      assert.match(enumType!.genericSignature, /^<E:Ljava\/lang\/Enum<TE;>;>/);
      assert.deepEqual((await ask(VirtualMachine.ClassPaths, {})).classpaths, [scene.classes]);
      assert.ok((await ask(VirtualMachine.TopLevelThreadGroups, {})).groups.length > 0);
      const { modules } = await ask(VirtualMachine.AllModules, {});
      const names = await Promise.all(modules.map((module) => ask(ModuleReference.Name, { module })));
      assert.ok(names.some(({ name }) => name === 'java.base'));
      const { classLoader } = await ask(ModuleReference.ClassLoader, { module: modules[0]! });
      assert.equal(typeof classLoader, 'bigint');
      await ask(VirtualMachine.Suspend, {});
      await ask(VirtualMachine.Resume, {});
      await ask(VirtualMachine.HoldEvents, {});
      await ask(VirtualMachine.ReleaseEvents, {});
      await ask(VirtualMachine.SetDefaultStratum, { stratumID: 'Java' });
      const { counts } = await ask(VirtualMachine.InstanceCounts, { refTypesCount: [playground] });
      assert.deepEqual(counts, [0n]);
      const { stringObject } = await ask(VirtualMachine.CreateString, { utf: 'g\u{1f600}' });
      assert.equal(await scene.text(stringObject), 'g\u{1f600}');
      await ask(VirtualMachine.DisposeObjects, { requests: [{ object: stringObject, refCnt: 1 }] });
    });

    it('ReferenceType and Method: what a class file says', async () => {
      const refType = playground;
      assert.equal((await ask(ReferenceType.Signature, { refType })).signature, 'Lplay/Playground;');
      assert.equal((await ask(ReferenceType.SignatureWithGeneric, { refType })).genericSignature, '');
      assert.equal((await ask(ReferenceType.Modifiers, { refType })).modBits & 1, 1);
      assert.equal((await ask(ReferenceType.Status, { refType })).status, 7);
      assert.equal((await ask(ReferenceType.SourceFile, { refType })).sourceFile, 'Playground.java');
      assert.deepEqual((await ask(ReferenceType.Interfaces, { refType })).interfaces, []);
      await assert.rejects(
        ask(ReferenceType.SourceDebugExtension, { refType }),
        (error) => error instanceof VmError && error.error === ErrorConstant.ABSENT_INFORMATION,
      );
      const fields = (await ask(ReferenceType.FieldsWithGeneric, { refType })).declared;
      assert.deepEqual(
        fields.map(({ name, signature }) => name + signature),
        ['counterI', 'fieldI', 'textLjava/lang/String;'],
      );
      const { declared } = await ask(ReferenceType.Methods, { refType });
      const generic = await ask(ReferenceType.MethodsWithGeneric, { refType });
      assert.deepEqual(
        generic.declared.map(({ methodID }) => methodID),
        declared.map(({ methodID }) => methodID),
      );
      const map = await classOf(scene.connection, 'java.util.HashMap');
      const node = await classOf(scene.connection, 'java.util.HashMap$Node');
      const nested = await ask(ReferenceType.NestedTypes, { refType: map });
      assert.ok(
        nested.classes.some(({ refTypeTag, typeID }) => refTypeTag === TypeTag.Class && typeID === node),
      );
      const counter = await ask(ReferenceType.GetValues, {
        refType,
        fields: [{ fieldID: await scene.field('counter') }],
      });
      assert.deepEqual(counter.values, [{ tag: 'I', value: 41 }]);
      const { classObject } = await ask(ReferenceType.ClassObject, { refType });
      const reflected = await ask(ClassObjectReference.ReflectedType, { classObject });
      assert.deepEqual(reflected, { refTypeTag: TypeTag.Class, typeID: playground });
      const { classLoader } = await ask(ReferenceType.ClassLoader, { refType });
      const visible = await ask(ClassLoaderReference.VisibleClasses, { classLoaderObject: classLoader });
      assert.ok(visible.classes.some(({ typeID }) => typeID === playground));
      assert.deepEqual(await ask(ReferenceType.ClassFileVersion, { refType }), {
        majorVersion: jdk.feature + 44,
        minorVersion: 0,
      });
      const { module } = await ask(ReferenceType.Module, { refType });
      assert.equal((await ask(ModuleReference.Name, { module })).name, '');

      // The constant pool of a class that nobody redefined is the file's, byte for byte.
      const file = await readFile(path.join(scene.classes, 'play', 'Playground.class'));
      const pool = await ask(ReferenceType.ConstantPool, { refType });
      assert.equal(pool.count, file.readUInt16BE(8));
      assert.ok(pool.bytes.equals(file.subarray(10, 10 + pool.bytes.length)));
      const twice = { refType, methodID: await scene.method('twice') };
      // iload_0, iconst_2, imul, ireturn
      assert.equal((await ask(Method.Bytecodes, twice)).bytes.toString('hex'), '1a0568ac');
      const lines = await ask(Method.LineTable, twice);
      assert.deepEqual([lines.start, lines.end, lines.lines.length], [0n, 3n, 1]);
      const variables = await ask(Method.VariableTable, twice);
      assert.deepEqual(variables, {
        argCnt: 1,
        slots: [{ codeIndex: 0n, name: 'value', signature: 'I', length: 4, slot: 0 }],
      });
      const withGeneric = await ask(Method.VariableTableWithGeneric, twice);
      assert.equal(withGeneric.slots[0]!.genericSignature, '');
      assert.deepEqual(await ask(Method.IsObsolete, twice), { isObsolete: false });
    });

    it('EventRequest: a breakpoint stops the thread; frames, monitors and variables of it', async () => {
      const inner = await scene.method('inner');
      const loc = { typeTag: TypeTag.Class, classID: playground, methodID: inner, index: 0n };
      const { requestID } = await ask(EventRequest.Set, {
        eventKind: EventKind.Breakpoint,
        suspendPolicy: SuspendPolicy.EventThread,
        modifiers: [{ kind: 'LocationOnly', loc }],
      });
      scene.jvm.tell('act');
      const hit = await scene.log.next('Breakpoint');
      assert.equal(hit.requestID, requestID);
      assert.deepEqual(hit.location, loc);
      stage = hit.thread;
      const thread = stage;
      assert.equal((await ask(ThreadReference.Status, { thread })).suspendStatus, SUSPEND_STATUS_SUSPENDED);
      assert.equal((await ask(ThreadReference.SuspendCount, { thread })).suspendCount, 1);
      const { frameCount } = await ask(ThreadReference.FrameCount, { thread });
      const { frames } = await ask(ThreadReference.Frames, { thread, startFrame: 0, length: -1 });
      assert.equal(frames.length, frameCount);
      assert.deepEqual(frames[0]!.location, loc);
      assert.equal(frames[1]!.location.methodID, await scene.method('act'));

      const frame = { thread, frame: frames[0]!.frameID };
      const slots = [{ slot: 1, sigbyte: 'I'.charCodeAt(0) }];
      assert.deepEqual((await ask(StackFrame.GetValues, { ...frame, slots })).values, [
        { tag: 'I', value: 10 },
      ]);
      await ask(StackFrame.SetValues, {
        ...frame,
        slotValues: [{ slot: 1, slotValue: { tag: 'I', value: 11 } }],
      });
      assert.deepEqual((await ask(StackFrame.GetValues, { ...frame, slots })).values, [
        { tag: 'I', value: 11 },
      ]);
      const { objectThis } = await ask(StackFrame.ThisObject, frame);

      const { owned } = await ask(ThreadReference.OwnedMonitors, { thread });
      assert.deepEqual(owned, [objectThis]);
      const depths = await ask(ThreadReference.OwnedMonitorsStackDepthInfo, { thread });
      assert.deepEqual(depths.owned, [{ monitor: objectThis, stack_depth: 1 }]);
      assert.equal((await ask(ThreadReference.CurrentContendedMonitor, { thread })).monitor.value, 0n);
      const monitor = await ask(ObjectReference.MonitorInfo, { object: objectThis.value });
      assert.deepEqual(monitor, { owner: thread, entryCount: 1, waiters: [] });

      const { group } = await ask(ThreadReference.ThreadGroup, { thread });
      assert.equal((await ask(ThreadGroupReference.Name, { group })).groupName, 'main');
      const { parentGroup } = await ask(ThreadGroupReference.Parent, { group });
      assert.ok(
        (await ask(ThreadGroupReference.Children, { group: parentGroup })).childGroups.includes(group),
      );
      assert.ok((await ask(ThreadGroupReference.Children, { group })).childThreads.includes(thread));
      if (jdk.feature >= 21)
        assert.deepEqual(await ask(ThreadReference.IsVirtual, { thread }), { isVirtual: false });
    });

    it('invoking methods and making objects in the stopped thread, with every kind of value', async () => {
      const thread = stage;
      const options = InvokeOptions.SingleThreaded;
      const { stringObject } = await ask(VirtualMachine.CreateString, { utf: 'text' });
      const arrType = (await ask(VirtualMachine.ClassesBySignature, { signature: '[I' })).classes[0]!
        .typeID as ids.ReferenceTypeId & ids.ArrayTypeId;
      const { newArray } = await ask(ArrayType.NewInstance, { arrType, length: 3 });
      assert.equal(newArray.tag, '[');
      const arguments_: Value[] = [
        { tag: 'B', value: -1 },
        { tag: 'C', value: 65 },
        { tag: 'S', value: -300 },
        { tag: 'I', value: 70000 },
        { tag: 'J', value: 2n ** 40n },
        { tag: 'F', value: 0.5 },
        { tag: 'D', value: 0.25 },
        { tag: 'Z', value: true },
        { tag: 's', value: stringObject },
        newArray,
      ];
      const all = await ask(ClassType.InvokeMethod, {
        clazz: playground,
        thread,
        methodID: await scene.method('all'),
        arguments: arguments_,
        options,
      });
      assert.equal(all.exception.value, 0n);
      assert.equal(all.returnValue.tag, 's');
      assert.equal(
        await scene.text(all.returnValue.value as bigint),
        '-1 A -300 70000 1099511627776 0.5 0.25 true text 3',
      );

      const { newObject } = await ask(ClassType.NewInstance, {
        clazz: playground,
        thread,
        methodID: await scene.method('<init>', '(I)V'),
        arguments: [{ tag: 'I', value: 30 }],
        options,
      });
      const object = newObject.value;
      await ask(ObjectReference.DisableCollection, { object });
      assert.deepEqual(await ask(ObjectReference.IsCollected, { object }), { isCollected: false });
      assert.equal((await ask(ObjectReference.ReferenceType, { object })).typeID, playground);
      const plus = await ask(ObjectReference.InvokeMethod, {
        object,
        thread,
        clazz: playground,
        methodID: await scene.method('plus'),
        arguments: [{ tag: 'I', value: 12 }],
        options,
      });
      assert.deepEqual(plus.returnValue, { tag: 'I', value: 42 });
      const fields = [{ fieldID: await scene.field('field') }, { fieldID: await scene.field('text') }];
      await ask(ObjectReference.SetValues, {
        object,
        values: [{ ...fields[0]!, value: { tag: 'I', value: -5 } }],
      });
      const { values } = await ask(ObjectReference.GetValues, { object, fields });
      assert.deepEqual(values[0], { tag: 'I', value: -5 });
      const hello = values[1]!;
      assert.equal(await scene.text(hello.value as bigint), 'hello');
      const { referringObjects } = await ask(ObjectReference.ReferringObjects, {
        object: hello.value as ids.ObjectId,
        maxReferrers: 0,
      });
      assert.ok(referringObjects.some(({ value }) => value === object));
      const { instances } = await ask(ReferenceType.Instances, { refType: playground, maxInstances: 0 });
      assert.ok(instances.some(({ value }) => value === object));
      await ask(ObjectReference.EnableCollection, { object });

      const fieldID = await scene.field('counter');
      await ask(ClassType.SetValues, {
        clazz: playground,
        values: [{ fieldID, value: { tag: 'I', value: 1 } }],
      });
      const { values: statics } = await ask(ReferenceType.GetValues, {
        refType: playground,
        fields: [{ fieldID }],
      });
      assert.deepEqual(statics, [{ tag: 'I', value: 1 }]);
      const { superclass } = await ask(ClassType.Superclass, { clazz: playground });
      assert.equal(
        (await ask(ReferenceType.Signature, { refType: superclass as bigint as ids.ReferenceTypeId }))
          .signature,
        'Ljava/lang/Object;',
      );

      const arrayObject = newArray.value as bigint as ids.ArrayId;
      assert.deepEqual(await ask(ArrayReference.Length, { arrayObject }), { arrayLength: 3 });
      await ask(ArrayReference.SetValues, {
        arrayObject,
        firstIndex: 1,
        values: { tag: 'I', values: [5, -6] },
      });
      const region = await ask(ArrayReference.GetValues, { arrayObject, firstIndex: 0, length: 3 });
      assert.deepEqual(region.values, { tag: 'I', values: [0, 5, -6] });

      // A static method of an interface: the interface must be initialised first, which its own class loader does.
      const shape = await scene.loadIn(thread, 'play.Playground$Shape');
      const sides = await ask(InterfaceType.InvokeMethod, {
        clazz: shape as bigint as ids.InterfaceId,
        thread,
        methodID: await methodOf(scene.connection, shape, 'sides'),
        arguments: [{ tag: 'I', value: 3 }],
        options,
      });
      assert.deepEqual(sides.returnValue, { tag: 'I', value: 1003 });
    });

    it('popping a frame runs its method again; an early return ends it with our value', async () => {
      const thread = stage;
      const { frames } = await ask(ThreadReference.Frames, { thread, startFrame: 0, length: 1 });
      await ask(StackFrame.PopFrames, { thread, frame: frames[0]!.frameID });
      await ask(ThreadReference.Resume, { thread });
      await scene.log.next('Breakpoint');
      await ask(ThreadReference.ForceEarlyReturn, { thread, value: { tag: 'I', value: 99 } });
      await ask(EventRequest.ClearAllBreakpoints, {});
      await ask(ThreadReference.Resume, { thread });
      assert.equal(await scene.jvm.line(/^acted/), 'acted 99');
    });

    it('ThreadReference: suspend, interrupt, stop with an exception', async () => {
      scene.jvm.tell('sleep');
      const sleeper = await scene.threadNamed('sleeper');
      await ask(ThreadReference.Suspend, { thread: sleeper });
      assert.equal((await ask(ThreadReference.SuspendCount, { thread: sleeper })).suspendCount, 1);
      await ask(ThreadReference.Resume, { thread: sleeper });
      await ask(ThreadReference.Interrupt, { thread: sleeper });
      assert.equal(await scene.jvm.line(/ended by/), 'sleeper ended by InterruptedException');

      scene.jvm.tell('loop');
      const looper = await scene.threadNamed('looper');
      await ask(EventRequest.Set, {
        eventKind: EventKind.Exception,
        suspendPolicy: SuspendPolicy.None,
        modifiers: [{ kind: 'ThreadOnly', thread: looper }],
      });
      const { instances } = await ask(ReferenceType.Instances, {
        refType: await classOf(scene.connection, 'java.lang.OutOfMemoryError'), // the VM keeps some ready
        maxInstances: 1,
      });
      await ask(ThreadReference.Suspend, { thread: looper });
      await ask(ThreadReference.Stop, { thread: looper, throwable: instances[0]!.value });
      await ask(ThreadReference.Resume, { thread: looper });
      assert.equal(await scene.jvm.line(/ended by/), 'looper ended by OutOfMemoryError');
      const { requestID } = await scene.log.next('Exception');
      await ask(EventRequest.Clear, { eventKind: EventKind.Exception, requestID });
    });

    it('RedefineClasses: the next call runs the new body; a refusal leaves the old one', async () => {
      const { 'play/Greeter.java': source } = await fixtureSources('play/Greeter.java');
      const bytesOf = async (text: string, folder: string): Promise<Buffer> => {
        const out = await compileJava(jdk, scene.folder, { 'play/Greeter.java': text }, { classes: folder });
        return readFile(path.join(out, 'play', 'Greeter.class'));
      };
      assert.equal(await scene.jvm.ask('greet'), 'hello');
      const refType = await classOf(scene.connection, 'play.Greeter');
      const changed = await bytesOf(source!.replace('"hello"', '"good morning"'), 'changed');
      await ask(VirtualMachine.RedefineClasses, { classes: [{ refType, classfile: changed }] });
      assert.equal(await scene.jvm.ask('greet'), 'good morning');
      const added = await bytesOf(source!.replace('static', 'static void more() {} static'), 'added');
      await assert.rejects(
        ask(VirtualMachine.RedefineClasses, { classes: [{ refType, classfile: added }] }),
        (error) => error instanceof VmError && error.constant === 'ADD_METHOD_NOT_IMPLEMENTED',
      );
      assert.equal(await scene.jvm.ask('greet'), 'good morning');
    });

    it('Dispose ends the session and Exit the VM', async () => {
      await ask(VirtualMachine.Dispose, {});
      scene.connection.dispose();
      scene.connection = await attachAgain(scene.jvm);
      const exiting = ask(VirtualMachine.Exit, { exitCode: 3 });
      await exiting.catch(() => undefined); // the VM may be gone before its reply is
      assert.equal(await scene.jvm.exited, 3);
    });

    it('none is missing from this list', () => {
      const all = Object.values<Record<string, Command<unknown, unknown>>>(commandSets).flatMap((set) =>
        Object.values(set).map(({ name }) => name),
      );
      const missing = all.filter((name) => !scene.executed.has(name));
      assert.deepEqual(missing, jdk.feature < 21 ? ['ThreadReference.IsVirtual'] : []);
    });
  });
}
