import type { TargetStatus } from '../../environments/application';
import type { Applications } from '../deploy/applications';
import type { PlacedApplication } from '../deploy/placed';

export interface ApplicationNode {
  readonly kind: 'application';
  readonly placed: PlacedApplication;
}
/** One host of an application. */
export interface TargetNode {
  readonly kind: 'target';
  readonly placed: PlacedApplication;
  readonly target: TargetStatus;
}
/** What went wrong, with what can be done about it below. */
export interface ProblemNode {
  readonly kind: 'problem';
  readonly placed: PlacedApplication;
  /** Whose problem it is: unique below its parent. */
  readonly of: string;
  readonly error: unknown;
}
export interface RetryNode {
  readonly kind: 'retry';
  readonly placed: PlacedApplication;
  readonly of: string;
}
/** Hosts are being asked. */
export interface LoadingNode {
  readonly kind: 'loading';
  readonly placed: PlacedApplication;
}
export type ApplicationsNode = ApplicationNode | TargetNode | ProblemNode | RetryNode | LoadingNode;

/** What stands below a row; the hosts are asked when it is unfolded. */
export function applicationChildren(node: ApplicationsNode, applications: Applications): ApplicationsNode[] {
  const { placed } = node;
  if (node.kind === 'target')
    return node.target.error === undefined
      ? []
      : [{ kind: 'problem', placed, of: node.target.target, error: node.target.error }];
  if (node.kind === 'problem') return [{ kind: 'retry', placed, of: node.of }];
  if (node.kind !== 'application' || placed.unsupported !== undefined) return [];
  const { value: status, error, loading } = applications.status.look(placed);
  if (error !== undefined) return [{ kind: 'problem', placed, of: '', error }];
  if (!status) return loading ? [{ kind: 'loading', placed }] : [];
  return status.targets.map((target) => ({ kind: 'target', placed, target }));
}
