import { ACC } from '../../classfile/accessFlags';
import { superclasses, type FindClass } from '../../classfile/hierarchy';
import type { Finding } from './schema';
import type { ClassShape } from './shape';

const EVENTS = new Set(['jdk/jfr/Event', 'jdk/internal/event/Event']);
/** What HotSpot adds to an event class when it loads it. */
const ADDED = new Set([
  'eventHandler',
  'eventConfiguration',
  'startTime',
  'duration',
  'begin',
  'end',
  'commit',
  'isEnabled',
  'shouldCommit',
  '<clinit>',
]);

/**
 * HotSpot adds fields and methods to the event classes of the flight recorder when it loads them, whether it records
 * or not, and never to a new version: so none of them can be redefined, not even by itself.
 */
export function isEventClass({ flags, superName }: ClassShape, find: FindClass): boolean {
  if (superName === undefined || ((flags ?? 0) & ACC.ABSTRACT) !== 0) return false;
  if (EVENTS.has(superName)) return true;
  // Most classes extend Object: nothing to look for.
  if (superName === 'java/lang/Object') return false;
  for (const found of superclasses(superName, find))
    if (found !== undefined && found !== 'absent' && EVENTS.has(found.name)) return true;
  return false;
}

/** The findings for an event class: the one reason for all that the JVM added, where it looks at fields. */
export function withEventReason(findings: readonly Finding[]): Finding[] {
  const kept = findings.filter(
    ({ code, at }) => !(code.endsWith('Removed') && at !== undefined && ADDED.has(at.member.name)),
  );
  const members = kept.findIndex(({ at }) => at !== undefined);
  kept.splice(members < 0 ? kept.length : members, 0, { code: 'flightRecorderEvent' });
  return kept;
}
