import { createHash } from 'node:crypto';
import type { Inspection, Plan } from '../contracts/deploy';
import { canonicalJson } from '../util/json';

/** What was approved: any change of a plan, down to one argument of one call, is another digest. 64 hex digits. */
export function planDigest(plan: Plan): string {
  return sha256(canonicalJson(plan));
}

/** How everything looked; equal as long as nobody changed anything. */
export function inspectionDigest(inspection: Inspection): string {
  return sha256(canonicalJson(inspection));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What differs between two inspections: names of targets and of the router. */
export function changedPlaces(before: Inspection, now: Inspection): string[] {
  const changed: string[] = [];
  for (const was of before.targets) {
    const is = now.targets.find(({ target }) => target === was.target);
    if (canonicalJson(is) !== canonicalJson(was)) changed.push(was.target);
  }
  if (canonicalJson(before.router) !== canonicalJson(now.router))
    changed.push(before.router?.router ?? now.router?.router ?? '');
  return changed;
}
