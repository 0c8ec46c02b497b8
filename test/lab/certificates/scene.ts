import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import { DEPLOYER, TomcatNode } from '../tomcat/node';
import { Authority, inDays } from './authority';

export interface CertificateScene {
  /** The folder of what the server reads. */
  readonly served: string;
}

/** A Tomcat whose certificate ends in nine days, and a workspace with the new one for it. */
export async function prepareCertificates(
  workspace: string,
): Promise<CertificateScene & { dispose(): Promise<void> }> {
  const folder = await makeTempDir('certificate-scene');
  const authority = await Authority.found(path.join(folder, 'authority'));
  const served = path.join(folder, 'tls');
  await mkdir(served);
  const chain = await readFile(authority.intermediate, 'utf8');
  const pem = { certificate: path.join(served, 'www.pem'), key: path.join(served, 'www.key') };
  const old = await authority.issue({ name: 'old', names: 'DNS:localhost', to: inDays(9.5) });
  await writeFile(pem.certificate, (await readFile(old.certificate, 'utf8')) + chain);
  await copyFile(old.key, pem.key);
  const node = await TomcatNode.start({ major: 10, pem });
  const fresh = await authority.issue({ name: 'fresh', names: 'DNS:localhost' });
  await mkdir(path.join(workspace, 'certs'), { recursive: true });
  await writeFile(
    path.join(workspace, 'certs', 'www.pem'),
    (await readFile(fresh.certificate, 'utf8')) + chain,
  );
  await copyFile(fresh.key, path.join(workspace, 'certs', 'www.key'));
  await writeFile(
    path.join(workspace, 'swapdeck.yaml'),
    `hosts:
  here: { local: true }
tomcats:
  worker1: { manager: "${node.manager}", user: ${DEPLOYER.user}, password: ${DEPLOYER.password} }
certificates:
  www:
    certificate: certs/www.pem
    key: certs/www.key
    places:
      - { host: here, tomcat: worker1, certificate: ${pem.certificate}, key: ${pem.key}, serves: "https://localhost:${node.tlsPort}/" }
environments:
  staging: { certificates: [www] }
`,
  );
  return {
    served,
    dispose: async () => {
      await node.dispose();
      await removeDir(folder);
    },
  };
}
