import assert from 'node:assert/strict';
import { parseClassFile, type ClassFile } from '../../src/classfile/classFile';
import { predict, type PredictEnvironment } from '../../src/hotswap/predict';
import { jdkClasses, jarClasses } from './support/classFiles';
import {
  compileEdits,
  ecj,
  javac,
  kotlinc,
  readEdits,
  type CompiledEdits,
  type Compiler,
  type Edit,
} from './support/edits';
import { temporaryFolder } from './support/javaProcess';
import { jdksToTest, type Jdk } from './support/jdks';
import { RedefineHost } from './support/redefineHost';

/** One class of one edit: what was predicted and what the JVM said (0: accepted). */
interface Case {
  readonly edit: string;
  readonly className: string;
  readonly predicted: readonly number[];
  readonly answer: number;
}

type Classes = ReadonlyMap<string, ClassFile>;

async function jdkHierarchy(jdk: Jdk): Promise<Classes> {
  const classes = new Map<string, ClassFile>();
  for await (const bytes of jdkClasses(jdk)) {
    const file = parseClassFile(Buffer.from(bytes));
    classes.set(file.name, file);
  }
  return classes;
}

/** Redefines every class that an edit changed, one by one, and takes it back when it was accepted. */
async function redefineAll(
  host: RedefineHost,
  edits: CompiledEdits,
  environment: PredictEnvironment,
): Promise<Case[]> {
  const cases: Case[] = [];
  const changed = [...edits.after].filter(([file, bytes]) => edits.before.get(file)?.equals(bytes) === false);
  for (const [file] of changed)
    assert.ok(await host.load(file.replace(/\.class$/, '').replaceAll('/', '.')), `${file} can be loaded`);
  const ids = await host.ids();
  for (const [file, bytes] of changed) {
    const before = edits.before.get(file)!;
    const id = ids.get(`L${file.replace(/\.class$/, '')};`)!;
    const { possibleErrors } = predict(parseClassFile(before), bytes, environment);
    const answer = await host.redefine(id, bytes);
    if (answer === 0) assert.equal(await host.redefine(id, before), 0, `${file} can be taken back`);
    cases.push({ edit: file.split('/')[0]!, className: file, predicted: possibleErrors, answer });
  }
  return cases;
}

function disagreements(cases: readonly Case[]): string[] {
  return cases
    .filter(({ predicted, answer }) => (answer === 0 ? predicted.length > 0 : !predicted.includes(answer)))
    .map(
      ({ className, predicted, answer }) =>
        `${className}: predicted ${predicted.join() || 'accept'}, JVM ${answer}`,
    );
}

/** Every error a redefinition of a compiled class can lead to. */
const ERRORS = [0, 62, 63, 64, 66, 67, 69, 70, 71, 72];

for (const jdk of jdksToTest())
  describe(`prediction on JDK ${jdk.feature}`, () => {
    let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
    let hierarchy: Classes;

    before(async () => {
      temporary = await temporaryFolder();
      hierarchy = await jdkHierarchy(jdk);
    });
    after(() => temporary.remove());

    async function run(
      edits: readonly Edit[],
      compiler: Compiler,
      options: {
        libraries?: readonly string[];
        vmArgs?: readonly string[];
        environment?: Partial<PredictEnvironment>;
      } = {},
    ): Promise<readonly Case[]> {
      const compiled = await compileEdits(edits, compiler, temporary.folder);
      const known = new Map<string, ClassFile>();
      for (const jar of options.libraries ?? [])
        for (const bytes of (await jarClasses(jar)).values()) {
          const file = parseClassFile(bytes);
          known.set(file.name, file);
        }
      for (const bytes of compiled.before.values()) {
        const file = parseClassFile(bytes);
        known.set(file.name, file);
      }
      const host = await RedefineHost.start(jdk, options.vmArgs);
      try {
        await host.open(compiled.classes, ...(options.libraries ?? []));
        const cases = await redefineAll(host, compiled, {
          feature: jdk.feature,
          find: (name) => known.get(name) ?? hierarchy.get(name) ?? 'absent',
          ...options.environment,
        });
        assert.deepEqual(disagreements(cases), []);
        return cases;
      } finally {
        await host.stop();
      }
    }

    const java = readEdits('java');

    it('agrees with the JVM on every edit compiled with javac', async () => {
      const edits = java.filter(({ since }) => since <= jdk.feature);
      const cases = await run(edits, javac(jdk));
      assert.deepEqual(
        [...new Set(cases.map(({ answer }) => answer))].sort((a, b) => a - b),
        ERRORS,
      );
      assert.ok(new Set(cases.map(({ edit }) => edit)).size >= 100, 'at least 100 edits');
    });

    it('agrees with the JVM on every edit compiled with ecj', async () => {
      const edits = java.filter(({ since }) => since <= 17);
      const cases = await run(edits, await ecj(jdk));
      assert.deepEqual(
        [...new Set(cases.map(({ answer }) => answer))].sort((a, b) => a - b),
        ERRORS,
      );
    });

    it('agrees with the JVM on every edit of Kotlin', async () => {
      const compiler = await kotlinc(jdksToTest()[0]!);
      const cases = await run(readEdits('kotlin'), compiler, { libraries: [compiler.library] });
      assert.ok(cases.length >= 20, `${cases.length} classes`);
    });

    it('agrees with a JVM that lets private methods come and go', async () => {
      const cases = await run(
        java.filter(({ since }) => since === 0),
        javac(jdk),
        {
          vmArgs: ['-XX:+AllowRedefinitionToAddDeleteMethods'],
          environment: { allowAddDeleteMethods: true },
        },
      );
      const added = cases.find(({ edit }) => edit === 'privateStaticAdded');
      assert.equal(added?.answer, 0, 'the JVM runs with the flag');
    });
  });
