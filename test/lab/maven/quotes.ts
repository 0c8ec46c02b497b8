import { randomQuotes } from '../tomcat/wars';
import { deployedRepository, RepositoryServer } from './repository';

/** A repository with the sample as `lab.swapdeck:quotes` in these versions, each of which tells its own in its answers. */
export async function quotesRepository(versions: readonly string[]): Promise<RepositoryServer> {
  const wars = [];
  for (const version of versions) wars.push({ version, file: (await randomQuotes(version, 'jakarta')).file });
  return RepositoryServer.start(await deployedRepository('quotes', wars));
}
