import { canInstallPackages, findProgram, installServers } from '../../scripts/support/systemPackages';

/** The programs of the routers, by their paths. */
export interface RouterPrograms {
  readonly apache2: string;
  readonly apachectl: string;
  readonly haproxy: string;
  readonly nginx: string;
}

/** Programs and the Debian packages that have them. */
const packages = { apache2: 'apache2', apachectl: 'apache2', haproxy: 'haproxy', nginx: 'nginx' } as const;

/** The routers, installed where that can be done without asking; else the reason why they aren't there. */
export async function findRouterPrograms(): Promise<RouterPrograms | string> {
  const names = Object.keys(packages) as (keyof RouterPrograms)[];
  const missing = names.filter((name) => !findProgram(name));
  if (missing.length > 0 && canInstallPackages())
    await installServers([...new Set(missing.map((name) => packages[name]))]);
  const left = names.filter((name) => !findProgram(name));
  if (left.length > 0) return `missing here: ${left.join(', ')} (on Debian they are installed)`;
  return Object.fromEntries(names.map((name) => [name, findProgram(name)])) as unknown as RouterPrograms;
}
