import type { Router } from '../config/model';
import type { Inspection, Plan, PlanNote } from '../contracts/deploy';
import type { HostName } from '../contracts/deployCall';
import { perform } from '../deploy/inspect';
import { RouterError } from '../routers/errors';
import { obstaclesOf, readAddressHost, type AddressHost } from '../routers/keepalived';
import { keepsConnections, moveSteps } from '../routers/keepalivedMove';
import type { Standing } from '../deploy/recover';
import type { HeldLock } from '../deploy/lock';
import type { JsonObject } from '../util/json';
import type { DeployableOptions } from './deployable';
import { EnvironmentError } from './errors';
import { Operation } from './operation';

export type AddressRouter = Extract<Router, { provider: 'keepalived' }>;

/** A host of an address as it looks, or why it can't be looked at. */
export interface AddressHostStatus {
  readonly host: HostName;
  readonly found?: AddressHost;
  readonly error?: unknown;
  /** Why the address can't be moved there, the most important reason first. */
  readonly obstacles: readonly RouterError[];
}

export interface AddressStatus {
  readonly address: string;
  readonly hosts: readonly AddressHostStatus[];
  /** Who has it; more than one while it moves, or where they do not hear of each other. */
  readonly holders: readonly HostName[];
  readonly interrupted?: Standing;
  readonly holder?: HeldLock;
}

function addressRouter(router: Router | undefined): AddressRouter | undefined {
  return router?.kind === 'floating-ip' && router.provider === 'keepalived' ? router : undefined;
}

/**
 * Moves an address of keepalived from one host to another, before maintenance and back. Lock and journal are on the
 * first of its hosts unless the environment says otherwise: it must not depend on who has the address.
 */
export class AddressMove extends Operation {
  readonly #router: AddressRouter;

  /** Throws `EnvironmentError` `unknownEnvironment`, `unknownAddress` or `unsupportedRouter`. */
  constructor(name: string, options: DeployableOptions) {
    super('address', name, options);
    const { config, environment } = options;
    if (!this.environment.addresses.includes(name))
      throw new EnvironmentError('unknownAddress', `${environment} has no address ${name}`, {
        name,
        environment,
        known: this.environment.addresses.join(', '),
      });
    const router = addressRouter(config.routers[name]);
    if (!router)
      throw new EnvironmentError('unsupportedRouter', `${name} is no address of keepalived`, {
        name,
        kind: config.routers[name]?.kind ?? '',
      });
    this.#router = router;
  }

  get address(): string {
    return this.#router.ip;
  }

  get hosts(): readonly HostName[] {
    return this.#router.hosts;
  }

  /** Each host is looked at by itself: one that is down hides nothing of the others. */
  async status(signal?: AbortSignal): Promise<AddressStatus> {
    const [hosts, told] = await Promise.all([this.#look(this.hosts, signal), this.#told(signal)]);
    return { address: this.address, hosts, holders: holdersOf(hosts), ...told };
  }

  /**
   * The plan of a move; to the other host, where there are two and none is said. Rejects with `EnvironmentError`
   * `unknownHost`, `RouterError` (what is in the way) or `TransportError` (a host that can't be asked).
   */
  async plan(host: HostName | undefined, signal?: AbortSignal): Promise<Plan> {
    const looked = await this.#look(this.hosts, signal);
    const from = this.#holder(looked);
    const to = this.#destination(host, from, looked);
    const seen = looked.flatMap(({ found }) => (found ? [found] : []));
    const others = seen.filter((each) => each !== from && each !== to);
    const moves = from !== to;
    if (moves) refuseObstacles(to, from);
    const { url = this.environment.probe?.url, drain: drainMs } = this.#router;
    const asked = url !== undefined && isThere(url) ? { url } : {};
    const move = { router: this.name, ip: this.address, from, to, others, drainMs, ...asked };
    const notes: PlanNote[] = [
      ...(keepsConnections(move) ? [] : [{ kind: 'closesKept', subject: this.name } as const]),
      ...(this.environment.probe ? [] : [{ kind: 'unproven' } as const]),
    ];
    return this.planOf({
      intent: 'move',
      about: { version: to.host },
      before: { version: from.host },
      inspection: inspectionOf(seen),
      steps: moves ? moveSteps(move) : [],
      notes,
    });
  }

  async inspect(plan: Plan, signal?: AbortSignal): Promise<Inspection> {
    const looked = await this.#look(plan.targets, signal);
    return inspectionOf(looked.map(foundOf));
  }

  protected defaultJournalHost(): HostName {
    return this.hosts[0]!;
  }

  #look(hosts: readonly HostName[], signal: AbortSignal | undefined): Promise<AddressHostStatus[]> {
    const runner = this.runner();
    const { ip, track } = this.#router;
    const options = { ip, ...(track !== undefined && { track }) };
    return Promise.all(
      hosts.map(async (host): Promise<AddressHostStatus> => {
        try {
          const found = await perform(readAddressHost(host, options), runner, signal);
          return { host, found, obstacles: obstaclesOf(found) };
        } catch (error) {
          signal?.throwIfAborted();
          return { host, error, obstacles: [] };
        }
      }),
    );
  }

  /** What the journal host tells; nothing where it can't be reached. */
  async #told(signal: AbortSignal | undefined): Promise<Pick<AddressStatus, 'interrupted' | 'holder'>> {
    try {
      const [interrupted, holder] = await Promise.all([this.interrupted(signal), this.holder(signal)]);
      return { ...(interrupted && { interrupted }), ...(holder && { holder }) };
    } catch {
      signal?.throwIfAborted();
      return {};
    }
  }

  #holder(looked: readonly AddressHostStatus[]): AddressHost {
    const holders = holdersOf(looked);
    const about = { address: this.address, hosts: (holders.length > 0 ? holders : this.hosts).join(', ') };
    if (holders.length > 1) throw new RouterError('heldTwice', `${about.hosts} have ${this.address}`, about);
    const holder = looked.find(({ host }) => host === holders[0]);
    if (holder) return foundOf(holder);
    // Where somebody could not be asked, that is why.
    for (const each of looked) foundOf(each);
    throw new RouterError('notHeld', `nobody has ${this.address}`, about);
  }

  #destination(
    host: HostName | undefined,
    from: AddressHost,
    looked: readonly AddressHostStatus[],
  ): AddressHost {
    const others = this.hosts.filter((each) => each !== from.host);
    const wanted = host ?? (others.length === 1 ? others[0] : undefined);
    const found = looked.find((each) => each.host === wanted);
    if (found) return foundOf(found);
    throw new EnvironmentError('unknownHost', `${this.name} can't move to ${host ?? 'one of several'}`, {
      name: this.name,
      ...(host !== undefined && { host }),
      known: this.hosts.join(', '),
    });
  }
}

/** Rejects with what came in the way of looking. */
function foundOf({ found, error }: AddressHostStatus): AddressHost {
  if (found) return found;
  throw error;
}

function holdersOf(looked: readonly AddressHostStatus[]): HostName[] {
  return looked.flatMap(({ host, found }) => (found?.holds ? [host] : []));
}

/** The new host must be able to take the address; the old one is only written to where it has a number to give up. */
function refuseObstacles(to: AddressHost, from: AddressHost): void {
  const here = obstaclesOf(from).filter(({ reason }) => reason === 'notRoot' || reason === 'notRunning');
  const [first] = [...obstaclesOf(to), ...here];
  if (first) throw first;
}

/** A loopback of this machine, such as a forwarded port, leads nowhere from a load balancer. */
function isThere(url: string): boolean {
  const { hostname } = new URL(url);
  return !/^(?:localhost|127\.|\[::1\])/.test(hostname);
}

function inspectionOf(hosts: readonly AddressHost[]): Inspection {
  return {
    targets: hosts.map(({ host, ...facts }) => ({
      target: host,
      older: [],
      pending: [],
      facts: facts as unknown as JsonObject,
    })),
  };
}
