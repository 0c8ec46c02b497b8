import assert from 'node:assert/strict';
import { jarClasses } from './support/classFiles';
import { jdksToTest, type Jdk } from './support/jdks';
import { mavenJars } from './support/maven';
import { disagreements, finder, redefineAll } from './support/predictions';
import { RedefineHost } from './support/redefineHost';

/**
 * Consecutive releases of a library (`group:name`), and what they need at run time. Between them: an abstract
 * method that the JVM had made up (collections), class files before Java 6 (junit), compilers that give nested classes
 * other flags (lang3), new superclasses and interfaces.
 */
interface Releases {
  readonly library: string;
  readonly versions: readonly string[];
  readonly needs?: readonly string[];
  /** Built by compilers that made anonymous classes final, or not: nobody can tell that from what can be read back. */
  readonly hasOpenFlags?: boolean;
}

const RELEASES: readonly Releases[] = [
  { library: 'com.google.code.gson:gson', versions: ['2.9.0', '2.10', '2.11.0'] },
  { library: 'org.apache.commons:commons-collections4', versions: ['4.1', '4.4'] },
  { library: 'org.apache.commons:commons-lang3', versions: ['3.13.0', '3.14.0'] },
  {
    library: 'junit:junit',
    versions: ['4.12', '4.13.2'],
    needs: ['org.hamcrest:hamcrest-core:1.3'],
    hasOpenFlags: true,
  },
];

/**
 * Others to try: `SWAPDECK_RELEASES="group:name:1.0:1.1:1.2 needs=group:name:1,group:name:2; ..."`.
 */
function releasesToTest(): readonly Releases[] {
  const chosen = process.env.SWAPDECK_RELEASES;
  if (!chosen) return RELEASES;
  return chosen
    .split(';')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => {
      const [library = '', needs = ''] = text.split(/\s+needs=/);
      const [group = '', name = '', ...versions] = library.split(':');
      return { library: `${group}:${name}`, versions, needs: needs === '' ? [] : needs.split(',') };
    });
}

async function check(
  jdk: Jdk,
  library: string,
  from: string,
  to: string,
  needs: readonly string[],
  mayBeOpen: boolean,
): Promise<number> {
  const [before, after, ...libraries] = await mavenJars([`${library}:${from}`, `${library}:${to}`, ...needs]);
  const classes = await jarClasses(before!, jdk.feature);
  const find = await finder(jdk, classes, libraries);
  const host = await RedefineHost.start(jdk);
  try {
    await host.open(before!, ...libraries);
    const next = await jarClasses(after!, jdk.feature);
    const cases = await redefineAll(host, classes, next, { feature: jdk.feature, find });
    assert.deepEqual(disagreements(cases), []);
    const told = cases.filter(({ hasOpenFlags }) => !(mayBeOpen && hasOpenFlags));
    assert.deepEqual(disagreements(told, 'fromJvm'), [], 'from what can be read back');
    return cases.length;
  } finally {
    await host.stop();
  }
}

for (const jdk of jdksToTest())
  describe(`prediction of releases on JDK ${jdk.feature}`, () => {
    for (const { library, versions, needs = [], hasOpenFlags = false } of releasesToTest())
      versions.slice(1).forEach((version, at) => {
        it(`agrees with the JVM on ${library} ${versions[at]!} to ${version}`, async function () {
          this.timeout(600_000);
          assert.ok(
            (await check(jdk, library, versions[at]!, version, needs, hasOpenFlags)) > 0,
            'classes that changed',
          );
        });
      });
  });
