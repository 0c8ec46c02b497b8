import type { ClassFileReason } from '../classfile/errors';
import { fact, type Facts, type Texts } from './message';

/** Where a class file can't be read or written. `where` is the file. */
export const classFileTexts: Texts<ClassFileReason> = {
  truncated: (facts) => ({
    title: facts.t('{0} ends too early.', facts.where),
    detail: at(facts),
    next: ['rebuild'],
  }),
  magic: ({ t, where }) => ({
    title: t('{0} is not a class file.', where),
    next: ['rebuild'],
  }),
  constantTag: (facts) => ({
    title: facts.t('{0} holds a constant of an unknown kind.', facts.where),
    detail: at(facts),
    next: ['rebuild'],
  }),
  constantIndex: (facts) => ({
    title: facts.t('{0} points to a constant that is not there.', facts.where),
    detail: at(facts),
    next: ['rebuild'],
  }),
  utf8: (facts) => ({
    title: facts.t('{0} holds a text that is not valid UTF-8.', facts.where),
    detail: at(facts),
    next: ['rebuild'],
  }),
  attribute: (facts) => ({
    title: facts.t("{0} holds an attribute that can't be read.", facts.where),
    detail: at(facts),
    next: ['rebuild'],
  }),
  instruction: (facts) => ({
    title: facts.t("{0} holds bytecode that can't be read.", facts.where),
    detail: at(facts),
    next: ['rebuild'],
  }),
  trailing: (facts) => ({
    title: facts.t('{0} goes on after its end.', facts.where),
    detail: at(facts),
    next: ['rebuild'],
  }),
  limit: (facts) => ({
    title: facts.t('{0} is too large for the class file format.', facts.where),
    detail: at(facts),
    next: ['undoEdit', 'showLog'],
  }),
};

function at(facts: Facts): string {
  return facts.t('At byte {0}.', fact(facts, 'offset'));
}
