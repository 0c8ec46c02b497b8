import type { PlanNote } from '../contracts/deploy';

/**
 * What a Tomcat behind mod_jk may lack, so that users can't go to another node with their sessions, or not back.
 * - `routeMissing`: its sessions don't say whose they are. `routeDiffers`: they name a node that mod_jk doesn't know.
 * - `routeBinderMissing`: sessions that moved go on naming the node that they come from.
 * - `storeMissing`: sessions end with their node. `storeValveMissing`: their newest state does.
 */
export type FleetLack = Extract<
  PlanNote['kind'],
  'routeMissing' | 'routeDiffers' | 'routeBinderMissing' | 'storeMissing' | 'storeValveMissing'
>;

const SENTENCES: Readonly<Record<FleetLack, string>> = {
  routeMissing: 'sessions of $ do not say which node has them: users do not stay with theirs',
  routeDiffers: 'sessions of $ name a node that mod_jk does not know: users do not stay with theirs',
  routeBinderMissing: 'sessions that moved from $ go on naming it, and come back without a need',
  storeMissing: 'sessions of $ end with their node',
  storeValveMissing:
    'sessions of $ reach the store only when they have been idle: what is newer ends with their node',
};

/** A sentence, and the lines to add. `subject`: the nodes as mod_jk calls them, with commas between. */
export function describeLack(lack: FleetLack, subject: string): string[] {
  const nodes = subject.split(', ').map((each) => each.replace(/ .*/, ''));
  return [`${SENTENCES[lack].replace('$', () => subject)}; in ${placeFor(lack)}:`, ...linesFor(lack, nodes)];
}

/** The lines to add; `nodes` as mod_jk calls them. */
export function linesFor(lack: FleetLack, nodes: readonly string[]): string[] {
  switch (lack) {
    case 'routeMissing':
    case 'routeDiffers':
      return nodes.map((node) => `<Engine name="Catalina" defaultHost="localhost" jvmRoute="${node}">`);
    case 'routeBinderMissing':
      return ['<Valve className="org.apache.catalina.ha.session.JvmRouteBinderValve" />'];
    case 'storeMissing':
      return [
        STORE_VALVE,
        '<Manager className="org.apache.catalina.session.PersistentManager" maxIdleSwap="-1">',
        '  <Store className="org.apache.catalina.session.DataSourceStore" dataSourceName="jdbc/sessions"',
        '         sessionTable="tomcat_sessions" sessionAppCol="app_name" sessionDataCol="session_data"',
        '         sessionIdCol="session_id" sessionLastAccessedCol="last_access"',
        '         sessionMaxInactiveCol="max_inactive" sessionValidCol="valid_session" />',
        '</Manager>',
      ];
    case 'storeValveMissing':
      return [STORE_VALVE];
  }
}

/** Where the lines belong. */
export function placeFor(lack: FleetLack): string {
  switch (lack) {
    case 'routeMissing':
    case 'routeDiffers':
      return 'conf/server.xml';
    case 'routeBinderMissing':
      return 'conf/server.xml, in <Host>';
    case 'storeMissing':
    case 'storeValveMissing':
      return 'conf/context.xml, in <Context>';
  }
}

const STORE_VALVE = '<Valve className="org.apache.catalina.valves.PersistentValve" />';
