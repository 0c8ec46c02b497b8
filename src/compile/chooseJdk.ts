import { featureVersion, type Jdk } from './jdks';

/** What is known of the JDK that built the running classes. */
export interface JdkEvidence {
  /** `java.home` of the running JVM, when it is on this machine. */
  readonly javaHome?: string;
  /** `java.version` of the running JVM. */
  readonly javaVersion?: string;
  /** `Build-Jdk-Spec` or `Build-Jdk` of a manifest, or the tool chain of the build: any form of a version. */
  readonly buildJdk?: string;
  /** The highest release (class file major version - 44) among the classes: an older compiler cannot have made it. */
  readonly release?: number;
}

/** Why a JDK comes where it does. */
export type JdkReason = 'buildJdk' | 'javaHome' | 'javaVersion' | 'feature' | 'usual';

export interface RankedJdk {
  readonly jdk: Jdk;
  readonly reason: JdkReason;
}

/**
 * The JDKs that may have built the classes, likeliest first. Nothing in a class names its compiler's release: try
 * them in this order until one gives the bytes that run. Those without a compiler and those too old are left out.
 */
export function rankJdks(jdks: readonly Jdk[], evidence: JdkEvidence): readonly RankedJdk[] {
  const usable = jdks.filter(({ hasCompiler, feature }) => hasCompiler && feature >= (evidence.release ?? 0));
  const built = evidence.buildJdk === undefined ? undefined : featureVersion(evidence.buildJdk);
  const runs = evidence.javaVersion === undefined ? undefined : featureVersion(evidence.javaVersion);
  const rank = (jdk: Jdk): [number, JdkReason] => {
    // Where nobody says what built it, mostly the one that runs it did.
    if (built !== undefined && jdk.feature === built)
      return [jdk.version === evidence.buildJdk || isHome(jdk, evidence) ? 0 : 1, 'buildJdk'];
    if (isHome(jdk, evidence)) return [2, 'javaHome'];
    if (jdk.version === evidence.javaVersion) return [3, 'javaVersion'];
    if (jdk.feature === (runs ?? evidence.release)) return [4, 'feature'];
    return [5, 'usual'];
  };
  return usable
    .map((jdk, index) => ({ jdk, index, rank: rank(jdk) }))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.index - b.index)
    .map(({ jdk, rank: [, reason] }) => ({ jdk, reason }));
}

/** The home of a running Java 8 is the `jre` folder inside its JDK's. */
function isHome(jdk: Jdk, { javaHome }: JdkEvidence): boolean {
  return (
    javaHome !== undefined && (javaHome === jdk.home || javaHome.replace(/[/\\]jre[/\\]?$/, '') === jdk.home)
  );
}
