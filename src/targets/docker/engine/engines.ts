import { THIS_MACHINE, type HostName } from '../../../contracts/deployCall';
import { Engine } from './engine';
import type { EngineLink } from './link';

/** The engines of all hosts, each made when first used; what they hold open belongs to the requests under way. */
export class Engines {
  readonly #linkTo: (host: HostName) => EngineLink;
  readonly #engines = new Map<HostName, Engine>();

  /** `linkTo` says how the engine of a host is reached; `THIS_MACHINE` is one of them. */
  constructor(linkTo: (host: HostName) => EngineLink) {
    this.#linkTo = linkTo;
  }

  of(host: HostName): Engine {
    const known = this.#engines.get(host);
    if (known) return known;
    const engine = new Engine(this.#linkTo(host));
    this.#engines.set(host, engine);
    return engine;
  }

  get local(): Engine {
    return this.of(THIS_MACHINE);
  }

  /** To be called when the configuration of hosts changed. */
  forget(): void {
    this.#engines.clear();
  }
}
