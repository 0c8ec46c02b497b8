import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { Command } from '../../src/jdwp/command';
import { commandSets } from '../../src/jdwp/commands';
import { modifier } from '../../src/jdwp/commands/eventRequest';
import {
  ClassStatus,
  EventKind,
  StepDepth,
  StepSize,
  SuspendPolicy,
  ThreadStatus,
  TypeTag,
} from '../../src/jdwp/constants';
import { ErrorConstant } from '../../src/jdwp/errorConstants';
import { COMPOSITE_COMMAND, event, EVENT_COMMAND_SET } from '../../src/jdwp/events';
import * as layouts from '../../src/jdwp/layout';
import * as values from '../../src/jdwp/values';
import { jdksToTest } from './support/jdks';

const program = path.resolve(__dirname, '../fixtures/jdwp/Specification.java');

/** What the JDK's own debugger knows, keyed as `Specification.java` prints it. */
interface Facts {
  readonly sets: Map<string, number>;
  readonly commands: Map<string, number>;
  readonly alternatives: Map<string, number>;
  /** Owner (`VirtualMachine$Version`) -> fields in order: name and Java type. */
  readonly fields: Map<string, [name: string, type: string][]>;
  readonly constants: Map<string, Map<string, number>>;
}

async function factsOf(java: string): Promise<Facts> {
  const args = ['--add-opens', 'jdk.jdi/com.sun.tools.jdi=ALL-UNNAMED', program];
  const { stdout } = await promisify(execFile)(java, args);
  const facts: Facts = {
    sets: new Map(),
    commands: new Map(),
    alternatives: new Map(),
    fields: new Map(),
    constants: new Map(),
  };
  for (const line of stdout.trim().split(/\r?\n/)) {
    const [kind, owner, name, last] = line.split(' ') as [string, string, string, string];
    if (kind === 'set') facts.sets.set(owner, Number(name));
    else if (kind === 'command') facts.commands.set(owner, Number(name));
    else if (kind === 'alternative') facts.alternatives.set(owner, Number(name));
    else if (kind === 'field') facts.fields.set(owner, [...(facts.fields.get(owner) ?? []), [name, last]]);
    else
      facts.constants.set(
        owner,
        (facts.constants.get(owner) ?? new Map<string, number>()).set(name, Number(last)),
      );
  }
  return facts;
}

const ids = new Set<unknown>(
  Object.entries(layouts).flatMap(([name, layout]) => (name.endsWith('Id') ? [layout] : [])),
);
const scalars = new Map<unknown, string>([
  [layouts.byte, 'byte'],
  [values.typeTag, 'byte'],
  [layouts.boolean, 'boolean'],
  [layouts.int, 'int'],
  [layouts.long, 'long'],
  [layouts.string, 'String'],
  [layouts.buffer, 'byte[]'],
  [values.value, 'ValueImpl'],
  [values.location, 'Location'],
  [values.arrayRegion, 'List'],
]);

/** Compares a struct of ours with the fields the JDK has for it, in order, down into lists. */
function compareFields(facts: Facts, owner: string, layout: layouts.Layout<unknown>): void {
  const ours = Object.entries((layout as layouts.Struct).fields);
  const theirs = facts.fields.get(owner) ?? [];
  assert.deepEqual(
    ours.map(([name]) => name),
    theirs.map(([name]) => name),
    owner,
  );
  ours.forEach(([name, field], at) => compareType(facts, owner, name, field, theirs[at]![1]));
}

function compareType(
  facts: Facts,
  owner: string,
  name: string,
  ours: layouts.Layout<unknown>,
  theirs: string,
): void {
  const where = `${owner}.${name}: ${theirs}`;
  const known = scalars.get(ours);
  if (known !== undefined) assert.equal(known, theirs, where);
  else if (ids.has(ours)) assert.match(theirs, /^long$|Impl$/, where);
  else if (ours === values.taggedObject)
    assert.match(theirs, /^(Object|Thread|ClassObject)ReferenceImpl$/, where);
  else if ('element' in ours) {
    assert.match(theirs, /\[\]$/, where);
    const element = theirs.slice(0, -2);
    const list = ours as layouts.List;
    if (facts.fields.has(`${owner}$${element}`) && 'fields' in list.element)
      compareFields(facts, `${owner}$${element}`, list.element);
    else compareType(facts, owner, name, list.element, element);
  } else assert.fail(`${where}: a layout without a known type`);
}

const upper = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();

for (const jdk of jdksToTest()) {
  describe(`JDWP tables and the specification of JDK ${jdk.version}`, () => {
    let facts: Facts;
    before(async () => {
      facts = await factsOf(jdk.java);
    });

    it('have the same command sets and commands', () => {
      const ours = new Map<string, number>();
      for (const [setName, set] of Object.entries<Record<string, Command<unknown, unknown>>>(commandSets)) {
        for (const [name, command] of Object.entries(set)) {
          assert.equal(command.set, facts.sets.get(setName), setName);
          assert.equal(command.name, `${setName}.${name}`);
          ours.set(`${setName}$${name}`, command.id);
        }
      }
      assert.equal(facts.sets.get('Event'), EVENT_COMMAND_SET);
      ours.set('Event$Composite', COMPOSITE_COMMAND);
      // Thread.isVirtual came with 21; everything else is there in both.
      if (jdk.feature < 21) ours.delete('ThreadReference$IsVirtual');
      assert.deepEqual([...ours].sort(), [...facts.commands].sort());
      assert.equal(facts.sets.size, 18);
      assert.deepEqual(
        [...Object.keys(commandSets), 'Event'].sort(),
        [...facts.sets.keys()].sort(),
        'a set is missing',
      );
    });

    it('have the same replies, field by field', () => {
      for (const [setName, set] of Object.entries<Record<string, Command<unknown, unknown>>>(commandSets)) {
        for (const [name, command] of Object.entries(set)) {
          const owner = `${setName}$${name}`;
          if (facts.commands.has(owner)) compareFields(facts, owner, command.reply);
        }
      }
    });

    it('have the same events and modifiers, field by field', () => {
      const compareVariants = (owner: string, variants: layouts.Variants): void => {
        const theirs = [...facts.alternatives].filter(([name]) => name.startsWith(owner));
        const ours = Object.entries(variants).filter(
          ([name]) => name !== 'PlatformThreadsOnly' || jdk.feature >= 21,
        );
        assert.deepEqual(ours.map(([name, [tag]]) => [owner + name, tag]).sort(), theirs.sort());
        for (const [name, [, fields]] of ours) {
          const renamed = facts.fields.get(owner + name)?.map(([field]) => field) ?? [];
          assert.deepEqual(Object.keys(fields), renamed, name);
        }
      };
      compareVariants('Event$Composite$Events$', event.variants);
      compareVariants('EventRequest$Set$Modifier$', modifier.variants);
      for (const [name, [, fields]] of Object.entries<layouts.Variants[string]>(event.variants)) {
        const theirs = facts.fields.get(`Event$Composite$Events$${name}`)!;
        Object.entries(fields).forEach(([field, layout], at) =>
          compareType(facts, name, field, layout, theirs[at]![1]),
        );
      }
    });

    it('have the same constants', () => {
      const theirs = (owner: string): Record<string, number> =>
        Object.fromEntries(facts.constants.get(owner)!);
      const ours = (constants: Readonly<Record<string, number>>): Record<string, number> =>
        Object.fromEntries(Object.entries(constants).map(([name, value]) => [upper(name), value]));
      assert.deepEqual(ours(ErrorConstant), theirs('Error'));
      assert.deepEqual(ours(ClassStatus), theirs('ClassStatus'));
      assert.deepEqual(ours(SuspendPolicy), theirs('SuspendPolicy'));
      assert.deepEqual(ours(StepDepth), theirs('StepDepth'));
      assert.deepEqual(ours(StepSize), theirs('StepSize'));
      assert.deepEqual(ours(ThreadStatus), theirs('ThreadStatus'));
      assert.deepEqual(ours(TypeTag), theirs('TypeTag'));
      const { THREAD_END, VM_INIT, VM_DISCONNECTED, VM_START, VM_DEATH, ...kinds } = theirs('EventKind');
      const { VMStart, VMDeath, ...rest } = EventKind;
      // Second names of the same kinds, and one that is never sent.
      assert.deepEqual([THREAD_END, VM_INIT, VM_DISCONNECTED], [EventKind.ThreadDeath, VMStart, 100]);
      assert.deepEqual([VM_START, VM_DEATH], [VMStart, VMDeath]);
      assert.deepEqual(ours(rest), kinds);
    });
  });
}
