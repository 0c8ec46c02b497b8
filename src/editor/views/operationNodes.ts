import type { Applications } from '../deploy/applications';
import type { PlacedApplication } from '../deploy/placed';
import type { OperationPart } from '../operations/model';
import type { LoadingNode, ProblemNode } from './applicationNodes';

/** Something in an environment that is operated and not released; `placed` names it by its subject. */
export interface OperationNode {
  readonly kind: 'operation';
  readonly placed: PlacedApplication;
}
export interface OperationPartNode {
  readonly kind: 'operationPart';
  readonly placed: PlacedApplication;
  readonly part: OperationPart;
}
export type OperationsNode = OperationNode | OperationPartNode;

/** What stands below a row; the hosts are asked when it is unfolded. */
export function operationChildren(
  node: OperationsNode,
  applications: Applications,
): (OperationPartNode | ProblemNode | LoadingNode)[] {
  if (node.kind === 'operationPart') return [];
  const { placed } = node;
  const { value: look, error, loading } = applications.operations.look(placed);
  if (error !== undefined) return [{ kind: 'problem', placed, of: '', error }];
  if (!look) return loading ? [{ kind: 'loading', placed }] : [];
  return look.parts.map((part) => ({ kind: 'operationPart', placed, part }));
}
