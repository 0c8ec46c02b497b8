import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ClassRoot } from '../hotswap/roots/classRoot';

/** The Java language server whose own answers are used (`redhat.java`). */
const javaExtension = 'redhat.java';
/** Extensions that compile Java while one types. */
const languageServers = [
  javaExtension,
  'oracle.oracle-java',
  'asf.apache-netbeans-java',
  'georgewfraser.vscode-javac',
];

/** What `redhat.java` exports, as far as it is used here. */
interface JavaApi {
  readonly serverMode?: string;
  getProjectSettings?(uri: string, keys: readonly string[]): Promise<Record<string, unknown>>;
}

const outputKey = 'org.eclipse.jdt.ls.core.outputPath';
const sourcesKey = 'org.eclipse.jdt.ls.core.sourcePaths';

/** Whether another extension compiles Java in this window. */
export function languageServerIsActive(): boolean {
  return languageServers.some((id) => vscode.extensions.getExtension(id)?.isActive === true);
}

/** The class roots that the Java language server writes to; empty where it is not active or can't say. */
export async function languageServerRoots(): Promise<ClassRoot[]> {
  const extension = vscode.extensions.getExtension<JavaApi>(javaExtension);
  const api = extension?.isActive ? extension.exports : undefined;
  if (!api?.getProjectSettings || api.serverMode === 'LightWeight') return [];
  const getSettings = api.getProjectSettings.bind(api);
  const roots = (vscode.workspace.workspaceFolders ?? []).map(async ({ uri }): Promise<ClassRoot[]> => {
    try {
      const settings = await getSettings(uri.toString(), [outputKey, sourcesKey]);
      const output = settings[outputKey];
      const sources = settings[sourcesKey];
      if (typeof output !== 'string' || output === '') return [];
      return [
        {
          path: join(output),
          kind: 'folder',
          sources: Array.isArray(sources) ? sources.filter((each) => typeof each === 'string') : [],
          build: 'eclipse',
        },
      ];
    } catch {
      // A folder that is no Java project of the server's.
      return [];
    }
  });
  return (await Promise.all(roots)).flat();
}
