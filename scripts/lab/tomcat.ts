import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Lab } from '../../test/lab/machines/lab';
import { DEPLOYER } from '../../test/lab/tomcat/configuration';
import { SHARED_ADDRESS, shareAddress } from '../../test/lab/machines/keepalived';
import { PFX_PASSWORD, pairCertificate } from '../../test/lab/tomcat/certificate';
import { BALANCERS, TomcatPair } from '../../test/lab/tomcat/pair';
import { pairConfiguration } from '../../test/lab/tomcat/pairScene';
import { randomQuotes } from '../../test/lab/tomcat/wars';
import type { RunningLab } from './control';
import { makeWorkspace } from './workspace';

/** Where Maven puts the WAR for Tomcat 10 and newer. */
const WAR = 'target/randomquotes-jakarta.war';

/** Releases that were built before, one of which does not start. */
const RELEASES: readonly { readonly version: string; readonly fails?: true }[] = [
  { version: '1.0.0' },
  { version: '1.1.0' },
  { version: '1.2.0', fails: true },
];

/** The quotes application on a pair of Tomcats, not deployed yet. */
export async function prepareTomcat(lab: Lab): Promise<Pick<RunningLab, 'workspace' | 'env' | 'urls'>> {
  const certificate = await pairCertificate(path.join(lab.folder, 'authority'));
  const [pair] = await Promise.all([
    TomcatPair.start(lab, { certificate: certificate.served }),
    shareAddress(lab, BALANCERS),
  ]);
  const shared = await lab.network.forward(SHARED_ADDRESS, 80);
  const urls: Record<string, string> = { vip: `http://127.0.0.1:${shared}/randomquotes/` };
  for (const name of BALANCERS) urls[name] = `${await pair.front(name)}/randomquotes/`;
  const yaml = pairConfiguration(pair, {
    front: new URL(urls.vip!).origin,
    shared: SHARED_ADDRESS,
    war: WAR,
    application: ['build: { before: [mvn, -q, -B, package, "-Drevision=${version}"] }'],
    placement: 'drain: 30s',
    protection: 'confirm',
    certificate: true,
  });
  const workspace = await makeWorkspace(lab.folder, 'randomquotes', yaml);
  // In target, which git ignores.
  await mkdir(path.join(workspace, 'target', 'releases'), { recursive: true });
  for (const { version, fails } of RELEASES) {
    const { file } = await randomQuotes(version, 'jakarta', { ...(fails && { fails }) });
    await copyFile(file, path.join(workspace, 'target', 'releases', `${version}.war`));
  }
  await copyFile(path.join(workspace, 'target', 'releases', '1.0.0.war'), path.join(workspace, WAR));
  await certificate.bring(workspace);
  const env = { SWAPDECK_SECRET_TOMCAT: DEPLOYER.password, SWAPDECK_SECRET_WWW_PFX: PFX_PASSWORD };
  return { workspace, env, urls };
}
