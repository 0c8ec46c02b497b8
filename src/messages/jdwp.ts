import type { JdwpErrorReason } from '../jdwp/error';
import type { Texts } from './message';
import { fact, type Draft, type Facts } from './message';
import type { Translate } from './translate';

/** How a JVM is started so that it can be attached to from its own machine only. */
export const JVM_ARGUMENTS = '-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:5005';

/** Where a JVM could not be attached to, or a request to it failed. */
export const jdwpTexts: Texts<JdwpErrorReason> = {
  busy: ({ t, where }) => ({
    title: t('{0} is taken by another debugger.', where),
    detail: t(
      'A JVM serves one debugger at a time, and this one closed the connection at once. Detach the other one, in this or another editor. A forwarded port with nothing behind it looks the same.',
    ),
    next: ['detachOther', 'retry'],
  }),
  handshake: ({ t, where }) => ({
    title: t('{0} did not finish the debugger handshake.', where),
    detail: t('The JVM may still be starting, may be stopped, or the port belongs to another program.'),
    next: ['retry', 'checkAddress'],
  }),
  notJdwp: (facts) => ({
    title: facts.t('{0} is not a debug port.', facts.where),
    detail: notJdwpDetail(facts),
    next: ['checkAddress', 'copyJvmArguments'],
  }),
  packetLength: ({ t, where }) => ({
    title: t('{0} sent a packet of an impossible length.', where),
    detail: t('What answers there is not a JVM, or something in between changes the bytes.'),
    next: ['retry', 'showLog'],
  }),
  unknownReply: ({ t, where }) => ({
    title: t('{0} answered something that was never asked.', where),
    detail: t('What answers there does not keep to the debugger protocol; the connection was ended.'),
    next: ['retry', 'showLog'],
  }),
  malformed: (facts) => ({
    title: facts.t("{0} sent an answer that can't be read.", facts.where),
    detail: fact(facts, 'command')
      ? facts.t('The answer to {0} does not have the form of the specification.', fact(facts, 'command'))
      : undefined,
    next: ['retry', 'showLog'],
  }),
  closed: ({ t, where }) => ({
    title: t('{0} closed the connection.', where),
    detail: t('The JVM ended or let the debugger go.'),
    next: ['retry'],
  }),
  vmDeath: ({ t, where }) => ({
    title: t('The JVM at {0} has ended.', where),
    detail: t('Swapdeck attaches again when it is back.'),
    next: ['retry'],
  }),
  lost: ({ t, where }) => ({
    title: t('The connection to the JVM at {0} was lost.', where),
    detail: t('The JVM was killed, or the network in between failed.'),
    next: ['retry', 'checkNetwork'],
  }),
  disposed: ({ t, where }) => ({
    title: t('The connection to {0} was ended here.', where),
    next: ['attach'],
  }),
  timeout: (facts) => ({
    title: facts.t('The JVM at {0} does not answer.', facts.where),
    detail: facts.t(
      "It may be held by the operating system, by a long garbage collection, or by the machine's load. The connection stays open.",
    ),
    next: ['retry', 'detach'],
  }),
  vmError: (facts) => ({
    title: facts.t('The JVM at {0} refused a request.', facts.where),
    detail: facts.t(
      '{0} was answered with {1} ({2}).',
      fact(facts, 'command'),
      fact(facts, 'constant'),
      fact(facts, 'error'),
    ),
    next: ['retry', 'showLog'],
  }),
};

function notJdwpDetail(facts: Facts): string {
  const answer = fact(facts, 'answer');
  if (answer.startsWith('HTTP/'))
    return facts.t(
      'A web server answers there ("{0}"). The debug port is another one: the address in -agentlib:jdwp=... of the JVM.',
      answer,
    );
  return facts.t(
    'Another program answers there ("{0}"). The debug port is the address in -agentlib:jdwp=... of the JVM.',
    answer,
  );
}

/** Nothing listens where a JVM should: `refused`, told in the terms of a JVM. */
export function nothingListens(where: string, t: Translate): Draft {
  return {
    title: t('No JVM listens at {0}.', where),
    detail: t('Start it with a debug port: {0}', JVM_ARGUMENTS),
    next: ['copyJvmArguments', 'retry', 'checkAddress'],
  };
}

/** The JVM waits for a debugger before its first line. */
export function suspendedAtStart(where: string, t: Translate): Draft {
  return {
    title: t('The JVM at {0} was started suspended and waits.', where),
    detail: t('It runs nothing (suspend=y) until a debugger lets it go on.'),
    next: ['resume'],
  };
}

/** A debug port that other machines can reach. */
export function exposedPort(where: string, t: Translate): Draft {
  return {
    title: t('The debug port {0} is open to anyone who can reach this machine.', where),
    detail: t(
      'JDWP asks for no password: whoever connects can run any code in the JVM. Let it listen on 127.0.0.1 and reach it through an SSH tunnel.',
    ),
    next: ['bindToLoopback', 'copyJvmArguments'],
  };
}
