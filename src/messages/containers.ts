import type { ContainerErrorReason } from '../targets/docker/manage/errors';
import { fact, type Texts } from './message';

/** Where something can't be done with a container of a host. */
export const containerTexts: Texts<ContainerErrorReason> = {
  gone: (facts) => ({
    title: facts.t('{0} has no container {1}.', facts.where, fact(facts, 'container')),
    detail: facts.t('It was removed, has another name, or was not started yet.'),
    next: ['retry'],
  }),
  running: (facts) => ({
    title: facts.t('{0} runs.', fact(facts, 'container')),
    detail: facts.t('Stop it first.'),
    next: ['retry'],
  }),
  notRunning: (facts) => ({
    title: facts.t('{0} of {1} does not run.', fact(facts, 'container'), fact(facts, 'host')),
    detail: facts.t(
      'Its state is "{0}". Start it first; its log may say why it ended.',
      fact(facts, 'state'),
    ),
    next: ['retry'],
  }),
  noShell: (facts) => ({
    title: facts.t('{0} has no shell.', fact(facts, 'container')),
    detail: facts.t('Its image has neither bash nor sh.'),
    next: ['showLog'],
  }),
  noDebugPort: (facts) => ({
    title: facts.t('No JVM in {0} listens for a debugger on a known port.', fact(facts, 'container')),
    detail:
      fact(facts, 'problem') === 'random'
        ? facts.t('Its JVM picks a port by itself: give it a fixed one, such as address=*:5005.')
        : facts.t(
            'Start it with JAVA_TOOL_OPTIONS={0} among its variables.',
            '-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005',
          ),
    next: ['openConfiguration'],
  }),
  loopbackInside: (facts) => ({
    title: facts.t(
      'The JVM in {0} listens on port {1} for its own container only.',
      fact(facts, 'container'),
      fact(facts, 'port'),
    ),
    detail: facts.t(
      'Its address is the 127.0.0.1 of the container, where nobody else gets. Start the JVM with address=*:{0}; that port is not open to other machines unless the container publishes it.',
      fact(facts, 'port'),
    ),
    next: ['openConfiguration', 'retry'],
  }),
  unpublished: (facts) => ({
    title: facts.t(
      'No way leads from {0} to port {1} of {2}.',
      fact(facts, 'host'),
      fact(facts, 'port'),
      fact(facts, 'container'),
    ),
    detail: facts.t(
      'Publish it for the host alone: -p 127.0.0.1:{0}:{0}, or let the container use the network of the host.',
      fact(facts, 'port'),
    ),
    next: ['openConfiguration'],
  }),
};
