import type { ParserTable } from '../../contracts/deployCall';
import type { Json } from '../../util/json';
import { readDone, readSaid } from './answers';
import { readCertificates } from './certificates';
import { readProcess, readServerInfo, readSessions } from './details';
import { readContexts } from './listing';
import { readVmInfo } from './vmInfo';

/** The parsers of the Tomcat target, for the runner's table. They throw `TomcatError`. */
export const tomcatParsers = {
  /** What was done, as a sentence. */
  'tomcat.done': (answer) => readDone(answer).line,
  /** The same without a complaint where it was not done. */
  'tomcat.said': (answer) => readSaid(answer).line,
  'tomcat.lines': (answer) => readDone(answer).rest,
  'tomcat.contexts': (answer) => readContexts(answer) as unknown as Json,
  'tomcat.server': readServerInfo,
  'tomcat.sessions': readSessions,
  'tomcat.process': readProcess,
  'tomcat.vm': readVmInfo,
  'tomcat.certificates': readCertificates,
} satisfies ParserTable;
