import type { CompileErrorReason } from '../compile/errors';
import { fact, type Texts } from './message';

/** Where nothing was compiled although the source may be right. */
export const compileTexts: Texts<CompileErrorReason> = {
  noJdk: (facts) => ({
    title: facts.t('No JDK was found to compile with.'),
    detail: fact(facts, 'home')
      ? facts.t('There is no Java at {0}.', fact(facts, 'home'))
      : facts.t('Install one, or set JAVA_HOME.'),
    next: ['chooseJdk'],
  }),
  noCompiler: (facts) => ({
    title: facts.t('The Java at {0} has no compiler.', fact(facts, 'home')),
    detail: facts.t('It is a runtime only (JRE). A JDK of the same version is needed.'),
    next: ['chooseJdk'],
  }),
  start: ({ t }) => ({
    title: t('The compiler process could not be started.'),
    detail: t('The log says what the system or the JDK reports.'),
    next: ['showLog', 'chooseJdk'],
  }),
  crashed: ({ t }) => ({
    title: t('The compiler process ended in the middle of its work.'),
    detail: t('Nothing was written. It is started again with the next save.'),
    next: ['retry', 'showLog'],
  }),
  outOfMemory: ({ t }) => ({
    title: t('The compiler process ran out of memory.'),
    detail: t('Nothing was written. Give it more in the settings.'),
    next: ['openSettings', 'retry'],
  }),
  protocol: ({ t }) => ({
    title: t("The compiler process gave an answer that can't be read."),
    detail: t('It was ended and is started again with the next save.'),
    next: ['retry', 'showLog'],
  }),
  input: (facts) => ({
    title: facts.t('The compiler does not take its options.'),
    detail: fact(facts, 'failure') || undefined,
    next: ['openSettings', 'showLog'],
  }),
  failed: (facts) => ({
    title: facts.t('The compiler failed on this source.'),
    detail: fact(facts, 'failure')
      ? facts.t('It is an error of the compiler or of an annotation processor: {0}', fact(facts, 'failure'))
      : facts.t('It is an error of the compiler or of an annotation processor.'),
    next: ['showLog', 'rebuild'],
  }),
  output: (facts) => ({
    title: facts.t('The compiled classes could not be written to {0}.', fact(facts, 'classRoot')),
    detail: fact(facts, 'code') ? facts.t('The system reports {0}.', fact(facts, 'code')) : undefined,
    next: ['freeSpace', 'retry'],
  }),
  buildTool: (facts) => ({
    title: facts.t('The build tool could not tell the class path.'),
    detail: facts.t('It is not installed, or it failed; the log has its output.'),
    next: ['installTool', 'showLog'],
  }),
  layout: ({ t }) => ({
    title: t('No class folder was found for this source.'),
    detail: t('Say where classes and sources are: applications.NAME.classes and sources.'),
    next: ['configureClasses', 'rebuild'],
  }),
  timeout: ({ t }) => ({
    title: t('Compiling took too long and was given up.'),
    detail: t('Nothing was written.'),
    next: ['retry', 'showLog'],
  }),
  disposed: ({ t }) => ({
    title: t('The compiler was stopped.'),
    next: ['retry'],
  }),
};
