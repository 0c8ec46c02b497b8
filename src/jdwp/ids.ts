/**
 * Ids that the VM hands out (JDWP specification, "Detailed Command Information", common data types). On the wire
 * their width is the VM's choice (`VirtualMachine.IDSizes`); here they are bigints, branded so that one kind
 * cannot be passed for another. 0n is null.
 */
declare const brand: unique symbol;
type Id<Brand> = bigint & { readonly [brand]: Brand };

export type ObjectId = Id<{ object: true }>;
export type ThreadId = Id<{ object: true; thread: true }>;
export type ThreadGroupId = Id<{ object: true; threadGroup: true }>;
export type StringId = Id<{ object: true; string: true }>;
export type ClassLoaderId = Id<{ object: true; classLoader: true }>;
export type ClassObjectId = Id<{ object: true; classObject: true }>;
export type ArrayId = Id<{ object: true; array: true }>;
export type ModuleId = Id<{ object: true; module: true }>;

export type ReferenceTypeId = Id<{ type: true }>;
export type ClassId = Id<{ type: true; class: true }>;
export type InterfaceId = Id<{ type: true; interface: true }>;
export type ArrayTypeId = Id<{ type: true; array: true }>;

export type MethodId = Id<{ method: true }>;
export type FieldId = Id<{ field: true }>;
export type FrameId = Id<{ frame: true }>;

/** Widths in bytes, 1 to 8 each, as `VirtualMachine.IDSizes` reports them. */
export interface IdSizes {
  readonly field: number;
  readonly method: number;
  readonly object: number;
  readonly referenceType: number;
  readonly frame: number;
}

/** What every known VM answers; only used until the VM's own answer is there. */
export const defaultIdSizes: IdSizes = { field: 8, method: 8, object: 8, referenceType: 8, frame: 8 };
