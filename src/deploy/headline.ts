import type { Intent, Plan } from '../contracts/deploy';

const arriving: readonly Intent[] = ['deploy', 'rollback', 'switch'];

/** The first line of every document about a plan: `# deploy adara 3f2c1ab to staging, plan 1a2b3c4d`. */
export function headline(
  { intent, release, environment }: Pick<Plan, 'intent' | 'release' | 'environment'>,
  plan: string,
): string {
  const where = arriving.includes(intent) ? 'to' : 'in';
  return `# ${intent} ${release.application} ${release.version} ${where} ${environment}, plan ${plan}`;
}
