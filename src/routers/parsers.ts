import type { ParserTable } from '../contracts/deployCall';
import type { Json } from '../util/json';
import { balancers } from './balancerManager';
import { soundAfter, soundBefore } from './configTest';
import { tcpPeers } from './connections';
import { haproxyDone, haproxyServers, haproxySessions, haproxyStatistics } from './haproxyAnswers';
import { cardsOf, processOf } from './keepalivedAnswers';
import { jkBalancers, jkDone, jkSaid } from './modJkAnswers';
import { servingOf, workersOf } from './workers';

/** Parsers of the calls that routers make. They throw `RouterError`. */
export const routerParsers = {
  'router.workers': workersOf,
  'router.serving': servingOf,
  'router.tcpPeers': tcpPeers,
  'router.soundBefore': soundBefore,
  'router.soundAfter': soundAfter,
  'haproxy.servers': (answer) => haproxyServers(answer) as unknown as Json,
  'haproxy.statistics': haproxyStatistics,
  'haproxy.sessions': haproxySessions,
  'haproxy.done': haproxyDone,
  'modjk.balancers': (answer) => jkBalancers(answer) as unknown as Json,
  'modjk.done': jkDone,
  'modjk.said': jkSaid,
  'keepalived.cards': (answer) => cardsOf(answer) as unknown as Json,
  'keepalived.process': (answer) => processOf(answer) as unknown as Json,
  'balancer.manager': (answer) => balancers(answer) as unknown as Json,
} satisfies ParserTable;
