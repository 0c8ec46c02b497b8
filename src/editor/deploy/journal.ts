import type { Plan } from '../../contracts/deploy';
import type { JournalRecord } from '../../contracts/deployRecord';
import type { DeploymentNode } from '../views/deploymentNodes';
import type { Applications } from './applications';

/** What was planned and recorded. Without a plan the journal is no longer kept. */
export interface DeploymentJournal {
  readonly plan?: Plan;
  readonly records: readonly JournalRecord[];
}

/** The journal of a row's deployment; of one that runs, its plan alone: the rest is told by its events. */
export async function journalOf(
  applications: Applications,
  { placed, plan, running }: DeploymentNode,
): Promise<DeploymentJournal> {
  if (running) return { plan: running.plan, records: [] };
  const records = await (await applications.open(placed)).journal(plan);
  const [first] = records;
  return { records, ...(first?.kind === 'plan' && { plan: first.plan }) };
}
