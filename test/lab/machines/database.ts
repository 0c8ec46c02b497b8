import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Daemon } from './daemon';
import type { Machine } from './machine';

const BINARIES = '/usr/lib/postgresql';
const FOLDER = '/var/lib/postgresql/lab';
const PORT = 5432;

/** A database of PostgreSQL, as JDBC reaches it from other machines. */
export interface Database {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** A PostgreSQL of its own on a machine, run by `postgres`, with one database and its owner. */
export class PostgreSql {
  readonly database: Database;
  readonly daemon: Daemon;
  readonly #machine: Machine;
  readonly #binaries: string;

  private constructor(machine: Machine, binaries: string) {
    this.#machine = machine;
    this.#binaries = binaries;
    this.database = {
      url: `jdbc:postgresql://${machine.address}:${PORT}/quotes`,
      user: 'quotes',
      password: 'pw-of-the-quotes',
    };
    // Nothing of the lab outlives a loss of power.
    const settings = ['listen_addresses=*', 'fsync=off', 'full_page_writes=off', 'max_connections=120'];
    this.daemon = machine.daemon(
      'postgres',
      this.#as('postgres', ['-D', FOLDER, ...settings.flatMap((each) => ['-c', each])]),
      /database system is ready to accept connections/,
    );
  }

  /** `sql` is run in the database by its owner. */
  static async start(machine: Machine, sql: string): Promise<PostgreSql> {
    const versions = await readdir(BINARIES);
    const newest = versions.sort((a, b) => Number(b) - Number(a))[0]!;
    const server = new PostgreSql(machine, path.join(BINARIES, newest, 'bin'));
    const access = ['--auth-local=trust', '--auth-host=scram-sha-256'];
    // Its folder, below that of Debian's own cluster, which is never started.
    await machine.succeed(['install', '-d', '-o', 'postgres', '-m', '700', FOLDER, '/run/postgresql']);
    await machine.succeed(server.#as('initdb', ['-D', FOLDER, '--no-sync', '--encoding=UTF8', ...access]));
    const hosts = 'host all all samenet scram-sha-256\n';
    await machine.succeed(['tee', '-a', `${FOLDER}/pg_hba.conf`], { stdin: hosts });
    await server.daemon.start();
    const { user, password } = server.database;
    await server.query(`create role ${user} login password '${password}'`, 'postgres');
    await server.query(`create database quotes owner ${user}`, 'postgres');
    await server.query(`set role ${user}; ${sql}`);
    return server;
  }

  /** Runs SQL and resolves to the rows, a line each, columns with `|` between them. */
  async query(sql: string, database = 'quotes'): Promise<string> {
    const quiet = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'];
    const argv = this.#as('psql', [...quiet, '-h', '/run/postgresql', '-d', database]);
    return (await this.#machine.succeed(argv, { stdin: sql })).trimEnd();
  }

  #as(program: string, args: readonly string[]): string[] {
    return ['runuser', '-u', 'postgres', '--', path.join(this.#binaries, program), ...args];
  }
}
