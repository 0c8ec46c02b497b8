import { childrenOf, elementAt, parseXml, textAt, type XmlElement } from '../../util/xml';

/** Coordinates of an artifact, before interpolation. */
export interface Coordinates {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version?: string;
}

export interface Dependency extends Coordinates {
  readonly scope?: string;
  readonly optional: boolean;
  readonly type?: string;
  readonly classifier?: string;
}

/** One pom.xml as it is written: nothing inherited, nothing interpolated. */
export interface Pom {
  readonly file: string;
  readonly parent?: Coordinates & { readonly relativePath?: string };
  readonly own: Partial<Coordinates>;
  readonly properties: ReadonlyMap<string, string>;
  /** `configuration` of maven-compiler-plugin, the one that counts least first. */
  readonly compilerConfigurations: readonly XmlElement[];
  readonly dependencies: readonly Dependency[];
  readonly managedDependencies: readonly Dependency[];
}

export async function parsePom(file: string, text: string): Promise<Pom> {
  const project = await parseXml(text);
  const parent = elementAt(project, 'parent');
  const relativePath = childrenOf(parent, 'relativePath')[0]?.text;
  const [groupId, artifactId, version] = ['groupId', 'artifactId', 'version'].map((name) =>
    textAt(project, name),
  );
  return {
    file,
    ...(parent.name && {
      parent: { ...coordinates(parent), ...(relativePath !== undefined && { relativePath }) },
    }),
    own: { ...(groupId && { groupId }), ...(artifactId && { artifactId }), ...(version && { version }) },
    properties: new Map(
      elementAt(project, 'properties').children.map(({ name, text: value }) => [name, value]),
    ),
    compilerConfigurations: compilerConfigurations(elementAt(project, 'build')),
    dependencies: childrenOf(elementAt(project, 'dependencies'), 'dependency').map(dependency),
    managedDependencies: childrenOf(
      elementAt(project, 'dependencyManagement', 'dependencies'),
      'dependency',
    ).map(dependency),
  };
}

function coordinates(element: XmlElement): Coordinates {
  const version = textAt(element, 'version');
  return {
    groupId: textAt(element, 'groupId') ?? '',
    artifactId: textAt(element, 'artifactId') ?? '',
    ...(version && { version }),
  };
}

function dependency(element: XmlElement): Dependency {
  const [scope, type, classifier] = ['scope', 'type', 'classifier'].map((name) => textAt(element, name));
  return {
    ...coordinates(element),
    optional: textAt(element, 'optional') === 'true',
    ...(scope && { scope }),
    ...(type && { type }),
    ...(classifier && { classifier }),
  };
}

/** The artifact an `annotationProcessorPath` names. */
export function processorCoordinates(path: XmlElement): Coordinates & { readonly classifier?: string } {
  const { groupId, artifactId, version, classifier } = dependency(path);
  return { groupId, artifactId, ...(version && { version }), ...(classifier && { classifier }) };
}

/** Managed first, then the plugin's own, then that of the execution that compiles the main sources. */
function compilerConfigurations(build: XmlElement): XmlElement[] {
  const holders = [elementAt(build, 'pluginManagement', 'plugins'), elementAt(build, 'plugins')];
  const plugins = holders
    .flatMap((holder) => childrenOf(holder, 'plugin'))
    .filter((plugin) => textAt(plugin, 'artifactId') === 'maven-compiler-plugin');
  return plugins.flatMap((plugin) => {
    const execution = childrenOf(elementAt(plugin, 'executions'), 'execution').find(
      (each) => textAt(each, 'id') === 'default-compile',
    );
    return [plugin, ...(execution ? [execution] : [])].flatMap((each) => childrenOf(each, 'configuration'));
  });
}
