import assert from 'node:assert/strict';
import type { PredictEnvironment } from '../../src/hotswap/predict';
import { compileEdits, ecj, javac, kotlinc, readEdits, type Compiler, type Edit } from './support/edits';
import { temporaryFolder } from './support/javaProcess';
import { jdksToTest } from './support/jdks';
import { disagreements, finder, redefineAll, type Case } from './support/predictions';
import { RedefineHost } from './support/redefineHost';

interface RunOptions {
  readonly libraries?: readonly string[];
  readonly vmArgs?: readonly string[];
  readonly environment?: Partial<PredictEnvironment>;
}

/** Every answer to a redefinition that compiled classes can lead to. */
const ANSWERS = [0, 62, 63, 64, 66, 67, 69, 70, 71, 72];

function answers(cases: readonly Case[]): number[] {
  return [...new Set(cases.map(({ answer }) => answer))].sort((a, b) => a - b);
}

/** Name of the edit that a class file belongs to. */
function editOf(text: string): string {
  return text.split('/')[0]!;
}

const java = readEdits('java');

for (const jdk of jdksToTest())
  describe(`prediction on JDK ${jdk.feature}`, function () {
    this.timeout(120_000);
    let temporary: Awaited<ReturnType<typeof temporaryFolder>>;

    before(async () => {
      temporary = await temporaryFolder();
    });
    after(() => temporary.remove());

    async function run(
      edits: readonly Edit[],
      compiler: Compiler,
      { libraries = [], vmArgs, environment }: RunOptions = {},
    ): Promise<readonly Case[]> {
      const compiled = await compileEdits(edits, compiler, temporary.folder);
      const find = await finder(jdk, compiled.before, libraries);
      const host = await RedefineHost.start(jdk, vmArgs);
      try {
        await host.open(compiled.classes, ...libraries);
        const { before, after } = compiled;
        const cases = await redefineAll(host, before, after, { feature: jdk.feature, find, ...environment });
        assert.deepEqual(disagreements(cases), []);
        return cases;
      } finally {
        await host.stop();
      }
    }

    it('agrees with the JVM on every edit compiled with javac', async () => {
      const cases = await run(
        java.filter(({ since }) => since <= jdk.feature),
        javac(jdk),
      );
      assert.deepEqual(answers(cases), ANSWERS);
      assert.ok(new Set(cases.map(({ file }) => editOf(file))).size >= 100, 'at least 100 edits');
      const unseen = disagreements(cases, 'fromJvm').map(editOf);
      assert.deepEqual(unseen, ['recordComponentGeneric'], 'all that can not be read back or inferred');
    });

    it('agrees with the JVM on every edit compiled with ecj', async () => {
      const cases = await run(
        java.filter(({ since }) => since <= 17),
        await ecj(jdk),
      );
      assert.deepEqual(answers(cases), ANSWERS);
    });

    it('agrees with the JVM on every edit of Kotlin', async () => {
      // The compiler may be older than the newest JDK.
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
      const added = cases.find(({ file }) => editOf(file) === 'privateStaticAdded');
      assert.equal(added?.answer, 0, 'the JVM runs with the flag');
    });
  });
