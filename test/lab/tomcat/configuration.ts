import type { Database } from '../machines/database';

// What an administrator writes into `conf` of a Tomcat's base folder.

/** Accounts of every node. Their passwords appear in nothing else that a server says. */
export const DEPLOYER = { user: 'deployer', password: 'pw-of-the-deployer' } as const;
/** May use the Manager's pages and not its text interface. */
export const VIEWER = { user: 'viewer', password: 'pw-of-the-viewer' } as const;

export const usersXml = `<tomcat-users>
  <user username="${DEPLOYER.user}" password="${DEPLOYER.password}" roles="manager-script" />
  <user username="${VIEWER.user}" password="${VIEWER.password}" roles="manager-gui,jolokia" />
</tomcat-users>
`;

export interface ServerOptions {
  readonly port: number;
  readonly ajpPort: number;
  readonly tlsPort: number;
  /** Where AJP is listened on. */
  readonly ajpAddress: string;
  readonly route: string | undefined;
  readonly keyStore: string | undefined;
  readonly pem: PemFiles | undefined;
  /** With the sessions and the quotes. */
  readonly database: Database | undefined;
}

/** `conf/server.xml`. */
export function serverXml({ port, ajpPort, ajpAddress, route, database, ...rest }: ServerOptions): string {
  const jvmRoute = route === undefined ? '' : ` jvmRoute="${route}"`;
  return `<Server port="-1">
  <GlobalNamingResources>
    <Resource name="UserDatabase" auth="Container" type="org.apache.catalina.UserDatabase"
              factory="org.apache.catalina.users.MemoryUserDatabaseFactory" pathname="conf/tomcat-users.xml" />
${database ? [dataSource('jdbc/sessions', database), dataSource('jdbc/quotes', database)].join('\n') : ''}
  </GlobalNamingResources>
  <Service name="Catalina">
    <Connector port="${port}" address="127.0.0.1" protocol="HTTP/1.1" />
    <Connector port="${ajpPort}" address="${ajpAddress}" protocol="AJP/1.3" secretRequired="false" />
    ${tlsConnector(rest)}
    <Engine name="Catalina" defaultHost="localhost"${jvmRoute}>
      <Realm className="org.apache.catalina.realm.UserDatabaseRealm" resourceName="UserDatabase" />
      <Host name="localhost" appBase="webapps" unpackWARs="true" autoDeploy="false">
        ${database ? '<Valve className="org.apache.catalina.ha.session.JvmRouteBinderValve" />' : ''}
      </Host>
    </Engine>
  </Service>
</Server>
`;
}

function dataSource(name: string, { url, user, password }: Database): string {
  return `    <Resource name="${name}" auth="Container" type="javax.sql.DataSource"
              driverClassName="org.postgresql.Driver" url="${url}" username="${user}" password="${password}"
              maxTotal="24" maxIdle="24" testOnBorrow="false" />`;
}

/** Of a connector with TLS; the chain follows the certificate in its file. */
export interface PemFiles {
  readonly certificate: string;
  readonly key: string;
}

function tlsConnector({
  tlsPort,
  keyStore,
  pem,
}: Pick<ServerOptions, 'tlsPort' | 'keyStore' | 'pem'>): string {
  const files = pem
    ? `certificateFile="${pem.certificate}" certificateKeyFile="${pem.key}"`
    : `certificateKeystoreFile="${keyStore}" certificateKeystorePassword="changeit" certificateKeyAlias="server"`;
  return keyStore === undefined && !pem
    ? ''
    : `<Connector port="${tlsPort}" address="127.0.0.1" SSLEnabled="true" scheme="https" secure="true">
      <SSLHostConfig><Certificate ${files} /></SSLHostConfig>
    </Connector>`;
}

/** The table that `contextXml` names, as Tomcat's documentation of the store asks for it. */
export const sessionTable = `create table tomcat_sessions (
  session_id varchar(100) not null,
  app_name varchar(255) not null,
  valid_session char(1) not null,
  max_inactive int not null,
  last_access bigint not null,
  session_data bytea,
  primary key (session_id, app_name)
);
create index on tomcat_sessions (app_name);
`;

/** `conf/context.xml`: each session is in the database when its request has ended, and nowhere else. */
export const contextXml = `<Context>
  <ResourceLink name="jdbc/quotes" global="jdbc/quotes" type="javax.sql.DataSource" />
  <Valve className="org.apache.catalina.valves.PersistentValve" />
  <Manager className="org.apache.catalina.session.PersistentManager" saveOnRestart="true" maxIdleSwap="-1">
    <Store className="org.apache.catalina.session.DataSourceStore" dataSourceName="jdbc/sessions"
           sessionTable="tomcat_sessions" sessionIdCol="session_id" sessionAppCol="app_name"
           sessionValidCol="valid_session" sessionMaxInactiveCol="max_inactive"
           sessionLastAccessedCol="last_access" sessionDataCol="session_data" />
  </Manager>
</Context>
`;
