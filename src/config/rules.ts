import { problem, spanAt, type Source } from './issues';
import type { ConfigPath, Problem } from './problems';
import type { Table } from './schema/scalars';
import { keySpanAt, treeAt, type Tree } from './tree';

/** `*` stands for every entry. */
type Place = readonly string[];

const APPLICATION: Place = ['applications', '*'];
const HOST: Place = ['hosts', '*'];
const JVM: Place = ['environments', '*', 'jvms', '*'];
const GATE: Place = ['environments', '*', 'gates', '*'];
const PLACEMENT: Place = ['environments', '*', 'applications', '*'];
const CERTIFICATE: Place = ['certificates', '*'];
const SERVED: Place = ['certificates', '*', 'places', '*'];

/** Of these keys at most one. */
const EXCLUSIVE: readonly { at: Place; keys: readonly string[] }[] = [
  { at: APPLICATION, keys: ['image', 'war', 'maven', 'manifests'] },
  { at: HOST, keys: ['ssh', 'local'] },
  { at: JVM, keys: ['through', 'host', 'cluster'] },
  { at: GATE, keys: ['approval', 'smoke'] },
  { at: CERTIFICATE, keys: ['pfx', 'certificate'] },
  { at: SERVED, keys: ['certificate', 'keystore'] },
  { at: SERVED, keys: ['tomcat', 'reload'] },
];

/** Of these keys at least one. */
const REQUIRED: readonly { at: Place; keys: readonly string[] }[] = [
  { at: HOST, keys: ['ssh', 'local'] },
  { at: GATE, keys: ['approval', 'smoke'] },
  { at: CERTIFICATE, keys: ['pfx', 'certificate'] },
  { at: SERVED, keys: ['host', 'tomcat'] },
  { at: SERVED, keys: ['certificate', 'keystore'] },
];

/** A key that has no meaning without one of the others. */
const NEEDS: readonly { at: Place; key: string; needs: readonly string[] }[] = [
  { at: APPLICATION, key: 'run', needs: ['image'] },
  { at: APPLICATION, key: 'transfer', needs: ['image'] },
  { at: APPLICATION, key: 'credentials', needs: ['transfer'] },
  { at: APPLICATION, key: 'build', needs: ['image', 'war', 'manifests'] },
  { at: APPLICATION, key: 'context', needs: ['war', 'maven'] },
  { at: APPLICATION, key: 'branches', needs: ['war', 'maven'] },
  { at: APPLICATION, key: 'images', needs: ['manifests'] },
  { at: HOST, key: 'jump', needs: ['ssh'] },
  { at: JVM, key: 'container', needs: ['host'] },
  { at: JVM, key: 'host', needs: ['container'] },
  { at: JVM, key: 'selector', needs: ['cluster'] },
  { at: JVM, key: 'cluster', needs: ['selector'] },
  { at: CERTIFICATE, key: 'key', needs: ['certificate'] },
  { at: CERTIFICATE, key: 'chain', needs: ['certificate'] },
  { at: SERVED, key: 'certificate', needs: ['key'] },
  { at: SERVED, key: 'key', needs: ['certificate'] },
  { at: SERVED, key: 'chain', needs: ['certificate'] },
  { at: SERVED, key: 'keystore', needs: ['password'] },
  { at: SERVED, key: 'password', needs: ['keystore'] },
  { at: SERVED, key: 'alias', needs: ['keystore'] },
  { at: SERVED, key: 'test', needs: ['host'] },
];

/** A key that has a meaning only where another has a certain value. */
const NEEDS_VALUE: readonly { at: Place; key: string; other: string; value: string }[] = [
  ...['steps', 'hold', 'abort'].map((key) => ({ at: PLACEMENT, key, other: 'strategy', value: 'canary' })),
  { at: PLACEMENT, key: 'sessions', other: 'strategy', value: 'parallel' },
  { at: APPLICATION, key: 'credentials', other: 'transfer', value: 'registry' },
];

/** What each kind of application is put on. */
const TARGET_TABLE: Readonly<Record<string, Table>> = {
  image: 'hosts',
  war: 'tomcats',
  maven: 'tomcats',
  manifests: 'clusters',
};
const TARGET_TABLES = ['hosts', 'tomcats', 'clusters'] as const;

/** Rules between keys and sections, checked on whatever is there, however wrong the rest may be. */
export function checkRules(source: Source): Problem[] {
  return [
    ...keyRules(source),
    ...cycles(
      source,
      'jump',
      edges(source, 'hosts', (host) => text(host, 'jump')),
    ),
    ...cycles(source, 'after', promotionEdges(source)),
    ...places(source, PLACEMENT).flatMap((path) => placementProblems(source, path)),
    ...places(source, SERVED).flatMap((path) => hostOfTomcat(source, path)),
  ];
}

/** The files of a Tomcat are written on a host: the one that leads to it, unless another is named. */
function hostOfTomcat(source: Source, path: ConfigPath): Problem[] {
  const tomcat = text(treeAt(source.tree, path), 'tomcat');
  if (tomcat === undefined || has(source, path, 'host') || !has(source, ['tomcats'], tomcat)) return [];
  if (has(source, ['tomcats', tomcat], 'through')) return [];
  return [atKey(source, 'needsKey', path, 'tomcat', { key: 'tomcat', needs: 'host' })];
}

function keyRules(source: Source): Problem[] {
  const problems: Problem[] = [];
  for (const { at, keys } of EXCLUSIVE)
    for (const path of places(source, at)) {
      const [first, ...others] = keys.filter((key) => has(source, path, key));
      for (const key of others)
        problems.push(atKey(source, 'conflictingKeys', path, key, { key, other: first! }));
    }
  for (const { at, keys } of REQUIRED)
    for (const place of places(source, at))
      if (!keys.some((key) => has(source, place, key))) {
        const path = [...place, keys[0]!];
        problems.push(problem(source, 'missingKey', path, spanAt(source, path), { key: keys.join(' | ') }));
      }
  for (const { at, key, needs } of NEEDS)
    for (const path of places(source, at))
      if (has(source, path, key) && !needs.some((other) => has(source, path, other)))
        problems.push(atKey(source, 'needsKey', path, key, { key, needs: needs.join(' | ') }));
  for (const { at, key, other, value } of NEEDS_VALUE)
    for (const path of places(source, at)) {
      const actual = text(treeAt(source.tree, path), other);
      if (has(source, path, key) && actual !== undefined && actual !== value)
        problems.push(atKey(source, 'needsValue', path, key, { key, other, value }));
    }
  return problems;
}

function atKey<R extends 'conflictingKeys' | 'needsKey' | 'needsValue'>(
  source: Source,
  reason: R,
  parent: ConfigPath,
  key: string,
  details: Parameters<typeof problem<R>>[4],
): Problem {
  const path = [...parent, key];
  return problem(source, reason, path, keySpanAt(source.tree, path) ?? spanAt(source, path), details);
}

/** The mappings at a place, by path. */
function places(source: Source, place: Place): ConfigPath[] {
  let paths: ConfigPath[] = [[]];
  for (const step of place) {
    paths = paths.flatMap((path) => {
      const tree = treeAt(source.tree, path);
      if (step !== '*') return [[...path, step]];
      if (tree?.kind === 'map') return [...tree.entries.keys()].map((key) => [...path, key]);
      return tree?.kind === 'list' ? tree.items.map((_, index) => [...path, index]) : [];
    });
  }
  return paths.filter((path) => treeAt(source.tree, path)?.kind === 'map');
}

function has(source: Source, path: ConfigPath, key: string): boolean {
  return treeAt(source.tree, [...path, key]) !== undefined;
}

/** The text under a key of a mapping. */
function text(tree: Tree | undefined, key: string): string | undefined {
  const value = tree?.kind === 'map' ? tree.entries.get(key)?.value : undefined;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly path: ConfigPath;
}

function edges(source: Source, table: Table, to: (tree: Tree) => string | undefined, key = 'jump'): Edge[] {
  const section = treeAt(source.tree, [table]);
  if (section?.kind !== 'map') return [];
  return [...section.entries].flatMap(([from, { value }]) => {
    const name = to(value);
    return name === undefined ? [] : [{ from, to: name, path: [table, from, key] }];
  });
}

/** An environment comes after another when it says so, or when it waits for the other's smoke tests. */
function promotionEdges(source: Source): Edge[] {
  const gates = places(source, GATE).flatMap((path): Edge[] => {
    const to = text(treeAt(source.tree, path), 'smoke');
    return to === undefined ? [] : [{ from: String(path[1]), to, path: [...path, 'smoke'] }];
  });
  return [...edges(source, 'environments', (tree) => text(tree, 'after'), 'after'), ...gates];
}

/** Each cycle once, at the edge that closes it. */
function cycles(source: Source, key: string, all: readonly Edge[]): Problem[] {
  const problems: Problem[] = [];
  const done = new Set<string>();
  const follow = (name: string, chain: readonly string[]): void => {
    if (done.has(name)) return;
    for (const edge of all.filter(({ from }) => from === name)) {
      const start = [...chain, name].indexOf(edge.to);
      if (start < 0) follow(edge.to, [...chain, name]);
      else {
        const loop = [...[...chain, name].slice(start), edge.to];
        problems.push(problem(source, 'cycle', edge.path, spanAt(source, edge.path), { key, chain: loop }));
      }
    }
    done.add(name);
  };
  for (const { from } of all) follow(from, []);
  return problems;
}

function placementProblems(source: Source, path: ConfigPath): Problem[] {
  const name = String(path.at(-1));
  const application = treeAt(source.tree, ['applications', name]);
  const problems = stepsProblems(source, path);
  if (!application) return problems;
  const kind = Object.keys(TARGET_TABLE).find((key) => has(source, ['applications', name], key));
  if (kind === undefined) {
    const span = keySpanAt(source.tree, path) ?? spanAt(source, path);
    return [...problems, problem(source, 'notReleasable', path, span, { application: name })];
  }
  const targets = treeAt(source.tree, [...path, 'targets']);
  for (const [index, target] of (targets?.kind === 'list' ? targets.items : []).entries()) {
    if (target.kind !== 'scalar' || typeof target.value !== 'string') continue;
    const wanted = TARGET_TABLE[kind]!;
    const table = TARGET_TABLES.find((table) => has(source, [table], String(target.value)));
    if (!table || has(source, [wanted], target.value)) continue;
    const details = { application: name, kind, name: target.value, table };
    problems.push(problem(source, 'wrongTarget', [...path, 'targets', index], target.span, details));
  }
  return problems;
}

/** The steps of a canary rise. */
function stepsProblems(source: Source, placement: ConfigPath): Problem[] {
  const path = [...placement, 'steps'];
  const steps = treeAt(source.tree, path);
  if (steps?.kind !== 'list') return [];
  const shares = steps.items.map((item) => (item.kind === 'scalar' ? Number.parseFloat(item.source) : NaN));
  const late = shares.findIndex((share, index) => index > 0 && share <= shares[index - 1]!);
  return late < 0
    ? []
    : [problem(source, 'stepsOrder', [...path, late], spanAt(source, [...path, late]), {})];
}
