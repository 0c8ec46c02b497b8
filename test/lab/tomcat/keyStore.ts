import path from 'node:path';
import { ensureJdk } from '../../../scripts/support/jdk';
import { run } from '../../../scripts/support/run';

/** A key with a certificate of its own, as a private authority would issue it: for 127.0.0.1 and no name. */
export interface KeyStore {
  /** PKCS #12, password `changeit`. */
  readonly file: string;
  /** The certificate, PEM. */
  readonly certificate: string;
}

export async function makeKeyStore(folder: string): Promise<KeyStore> {
  const { home } = await ensureJdk();
  const keytool = path.join(home, 'bin', process.platform === 'win32' ? 'keytool.exe' : 'keytool');
  const file = path.join(folder, 'server.p12');
  const certificate = path.join(folder, 'server.pem');
  const store = ['-keystore', file, '-storepass', 'changeit', '-alias', 'server'];
  const key = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '2', '-storetype', 'PKCS12'];
  await run(keytool, ['-genkeypair', ...store, ...key, '-dname', 'CN=lab', '-ext', 'SAN=ip:127.0.0.1']);
  await run(keytool, ['-exportcert', '-rfc', ...store, '-file', certificate]);
  return { file, certificate };
}
