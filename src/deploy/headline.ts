import type { Plan } from '../contracts/deploy';

/** The first line of every document about a plan: `# deploy adara 3f2c1ab to staging, plan 1a2b3c4d`. */
export function headline(
  { intent, release, environment }: Pick<Plan, 'intent' | 'release' | 'environment'>,
  plan: string,
): string {
  return `# ${intent} ${release.application} ${release.version} to ${environment}, plan ${plan}`;
}
