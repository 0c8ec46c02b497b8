import type { JvmTarget } from '../hotswap/model';
import type { ClassPrediction } from '../hotswap/predictJvm';
import { describeNote, describeReason } from '../messages/predictions';
import { t } from './text';

/** What one JVM would do with one class of a source. */
export interface Foreseen {
  readonly jvm: JvmTarget;
  readonly prediction: ClassPrediction;
}

/** Something to say at a line of a source. */
export interface PredictionMark {
  /** 1 the first; absent when nothing tells it. */
  readonly line?: number;
  readonly message: string;
  readonly code: string;
  readonly isRefusal: boolean;
}

/** At most so many JVMs are named; of more, only their number. */
const mostNamed = 3;

/** What to mark in one source, once for all JVMs that say the same. `attached`: how many JVMs there are. */
export function marksOf(foreseen: readonly Foreseen[], attached: number): PredictionMark[] {
  const marks = new Map<string, { readonly mark: PredictionMark; readonly jvms: string[] }>();
  for (const { jvm, prediction } of foreseen)
    for (const mark of classMarks(prediction)) {
      const key = `${mark.line ?? 0} ${mark.message}`;
      const known = marks.get(key) ?? { mark, jvms: [] };
      known.jvms.push(jvm.name);
      marks.set(key, known);
    }
  return [...marks.values()].map(({ mark, jvms }) =>
    attached > 1 && jvms.length < attached
      ? { ...mark, message: t('{0} ({1})', mark.message, namesOf([...new Set(jvms)])) }
      : mark,
  );
}

function classMarks({ built, prediction }: ClassPrediction): PredictionMark[] {
  if (!prediction) return [];
  const { verdict, reasons, notes } = prediction;
  if (verdict === 'refuse')
    return reasons.map((reason) => ({
      ...(reason.line !== undefined && { line: reason.line }),
      message: t('The running JVM will refuse {0}: {1}', built.name, describeReason(reason, t)),
      code: reason.code,
      isRefusal: true,
    }));
  return notes
    .filter(({ code }) => code !== 'unknown')
    .map((note) => ({
      ...(note.line !== undefined && { line: note.line }),
      message: describeNote(note, t),
      code: note.code,
      isRefusal: false,
    }));
}

function namesOf(jvms: readonly string[]): string {
  return jvms.length > mostNamed ? t('{0} JVMs', jvms.length) : jvms.join(', ');
}
