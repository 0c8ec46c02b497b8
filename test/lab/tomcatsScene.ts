import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../../scripts/support/ports';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { makeKeyStore } from './tomcat/keyStore';
import { DEPLOYER, TomcatNode } from './tomcat/node';
import { randomQuotes } from './tomcat/wars';

/** A workspace with Tomcats to look at. Plain JSON: it may come from another process. */
export interface TomcatsScene {
  readonly password: string;
  /** Where pages are asked for, by the name of the server. */
  readonly urls: Readonly<Record<'nine' | 'eleven', string>>;
  /** WAR files of two releases; those for `javax` are for `nine` alone. */
  readonly wars: Readonly<Record<'javax1' | 'javax2' | 'jakarta1', string>>;
}

/** What keeps a scene up. */
export interface KeptTomcats {
  readonly scene: TomcatsScene;
  readonly nodes: Readonly<Record<'nine' | 'eleven', TomcatNode>>;
  readonly close: () => Promise<void>;
}

/**
 * `nine` (Tomcat 9) has a debug port and a certificate that ends soon, `eleven` (Tomcat 11) is where the environment
 * `staging`, which is protected, puts an application; `down` does not answer.
 */
export async function startTomcats(workspace: string): Promise<KeptTomcats> {
  await mkdir(workspace, { recursive: true });
  const folder = await makeTempDir('tomcats');
  const keyStore = (await makeKeyStore(folder)).file;
  const debug = `-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:${await freePort()}`;
  const [nine, eleven, ...built] = await Promise.all([
    TomcatNode.start({ major: 9, keyStore, jvmArguments: [debug] }),
    TomcatNode.start({ major: 11 }),
    randomQuotes('1.0.0', 'javax'),
    randomQuotes('1.1.0', 'javax'),
    randomQuotes('1.0.0', 'jakarta'),
  ]);
  const names = ['quotes-1.0.0.war', 'quotes-1.1.0.war', 'built.war'];
  const wars = names.map((name) => path.join(workspace, name));
  for (const [at, { file }] of built.entries()) await copyFile(file, wars[at]!);
  await writeFile(path.join(workspace, 'swapdeck.yaml'), configuration(nine, eleven));
  return {
    scene: {
      password: DEPLOYER.password,
      urls: { nine: nine.url, eleven: eleven.url },
      wars: { javax1: wars[0]!, javax2: wars[1]!, jakarta1: wars[2]! },
    },
    nodes: { nine, eleven },
    close: async () => {
      await Promise.all([nine.dispose(), eleven.dispose()]);
      await removeDir(folder);
    },
  };
}

function configuration(nine: TomcatNode, eleven: TomcatNode): string {
  const login = `user: ${DEPLOYER.user}, password: "\${secret:tomcat}"`;
  return `applications:
  randomquotes:
    war: built.war
    smoke: [{ get: /health, contains: UP }]

tomcats:
  nine: { manager: "${nine.manager}", ${login} }
  eleven: { manager: "${eleven.manager}", ${login} }
  down: { manager: "http://127.0.0.1:1/manager", ${login} }

environments:
  staging:
    protection: confirm
    applications:
      randomquotes: { targets: [eleven], strategy: parallel, sessions: keep }
`;
}
