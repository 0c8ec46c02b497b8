import type { TargetStatus } from '../../environments/application';
import type { BranchVersion } from '../../environments/branches';
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
/** A branch of a web application, at a context of its own. */
export interface BranchNode {
  readonly kind: 'branch';
  readonly placed: PlacedApplication;
  readonly branch: string;
  readonly context: string;
  /** The newest first. */
  readonly versions: readonly (BranchVersion & { readonly target: string })[];
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
export type ApplicationsNode =
  ApplicationNode | TargetNode | BranchNode | ProblemNode | RetryNode | LoadingNode;

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
  return [
    ...status.targets.map((target): TargetNode => ({ kind: 'target', placed, target })),
    ...branchesOf(placed, applications),
  ];
}

/** The branches that servers are known to have, by name. */
export function branchesOf(placed: PlacedApplication, applications: Applications): BranchNode[] {
  const found = (applications.status.look(placed).value?.branches ?? []).flatMap(({ target, versions }) =>
    versions.map((each) => ({ ...each, target })),
  );
  const names = [...new Set(found.map(({ branch }) => branch))].sort();
  return names.map((branch): BranchNode => {
    const versions = found.filter((each) => each.branch === branch).sort((a, b) => b.since - a.since);
    return { kind: 'branch', placed, branch, context: versions[0]!.context, versions };
  });
}
