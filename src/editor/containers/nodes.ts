import type { HostContainer, HostImage } from '../../targets/docker/manage/listing';
import type { HostModel } from './host';

export interface HostNode {
  readonly kind: 'host';
  readonly host: HostModel;
}
/** The same object as long as the container exists: the tree is told of a change with the node that it has. */
export interface ContainerNode {
  readonly kind: 'container';
  readonly host: HostModel;
  container: HostContainer;
}
/** One of the things that an unfolded container uses. */
export interface UsageNode {
  readonly kind: 'usage';
  readonly of: ContainerNode;
  readonly what: 'processor' | 'memory' | 'network';
}
export interface ImagesNode {
  readonly kind: 'images';
  readonly host: HostModel;
}
export interface ImageNode {
  readonly kind: 'image';
  readonly host: HostModel;
  readonly image: HostImage;
}
/** Why a host shows nothing, or no longer what is true. */
export interface ProblemNode {
  readonly kind: 'problem';
  readonly host: HostModel;
  readonly error: unknown;
}
/** A host that has no containers. */
export interface NothingNode {
  readonly kind: 'nothing';
  readonly host: HostModel;
}
export type ContainersNode =
  HostNode | ContainerNode | UsageNode | ImagesNode | ImageNode | ProblemNode | NothingNode;
