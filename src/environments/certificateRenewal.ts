import { randomBytes } from 'node:crypto';
import { checkSet } from '../certificates/check';
import { factsOf, type CertificateFacts } from '../certificates/facts';
import type { CertificateSet } from '../certificates/model';
import { readLeaf } from '../certificates/read';
import type { Certificate } from '../config/model';
import type { Inspection, Plan, TargetState } from '../contracts/deploy';
import type { HostName } from '../contracts/deployCall';
import { perform } from '../deploy/inspect';
import { certificateOf, filesOf, placesOf, readCertificate, type ServingPlace } from './certificatePlaces';
import { askServed, inspectPlace, renewalSteps, servedOf, type Served } from './certificateSteps';
import type { DeployableOptions } from './deployable';
import { EnvironmentError } from './errors';
import { Operation } from './operation';

/** How a certificate stands: what its files hold, and what its servers show. */
export interface CertificateStatus {
  readonly name: string;
  /** What the files of this machine hold. */
  readonly held?: CertificateFacts;
  /** Why they can't be served. */
  readonly problem?: unknown;
  readonly places: readonly {
    readonly place: string;
    readonly served?: Served;
    /** Why it could not be asked. */
    readonly error?: unknown;
  }[];
}

/** A certificate of an environment: how it stands, and the plan that has it served. */
export class CertificateRenewal extends Operation {
  readonly #certificate: Certificate;
  readonly #places: readonly ServingPlace[];

  /** Throws `EnvironmentError` `unknownEnvironment`, `unknownCertificate`, `noCertificate`, or `ConfigError`. */
  constructor(name: string, options: DeployableOptions) {
    super('certificate', name, options);
    this.#certificate = certificateOf(options, name);
    const known = this.environment.certificates;
    if (!known.includes(name))
      throw new EnvironmentError('noCertificate', `${options.environment} has no ${name}`, {
        name,
        environment: options.environment,
        known: known.join(', '),
      });
    this.#places = placesOf(this.#certificate, options);
  }

  /**
   * The plan that has the certificate of the files served everywhere. Rejects before anything is touched with
   * `CertificateError` where it can't be.
   */
  async plan(signal?: AbortSignal): Promise<Plan> {
    const set = await readCertificate(this.#certificate, this.options, signal);
    this.#check(set);
    const states = await this.#look(signal);
    const certificate = { name: this.name, leaf: set.leaf, chain: set.chain };
    const planId = randomBytes(4).toString('hex');
    const all = this.#places.map((place, index) => ({ place, state: states[index]! }));
    const steps = renewalSteps(certificate, all, planId);
    const first = states.find(({ target }) => steps.some(({ on }) => on === target)) ?? states[0]!;
    return this.planOf({
      planId,
      intent: 'renew',
      about: aboutOf(factsOf(set.leaf)),
      before: aboutOf(servedOf(first)),
      inspection: { targets: states },
      steps,
    });
  }

  async inspect(_plan?: Plan, signal?: AbortSignal): Promise<Inspection> {
    return { targets: await this.#look(signal) };
  }

  /**
   * Each place is asked by itself: one that is down hides nothing of the others. Files that need a password are read
   * only where `secrets` says so.
   */
  async status({ secrets }: { readonly secrets: boolean }, signal?: AbortSignal): Promise<CertificateStatus> {
    const runner = this.runner();
    const [held, places] = await Promise.all([
      this.#held(secrets, signal),
      Promise.all(
        this.#places.map(async (place) => {
          try {
            const { answer } = await runner.perform(askServed(place), {}, signal);
            return { place: place.name, served: answer as Served };
          } catch (error) {
            signal?.throwIfAborted();
            return { place: place.name, error };
          }
        }),
      ),
    ]);
    return { name: this.name, ...held, places };
  }

  protected defaultJournalHost(): HostName {
    return this.#places[0]!.host;
  }

  async #held(
    secrets: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Pick<CertificateStatus, 'held' | 'problem'>> {
    const { password } = this.#certificate;
    try {
      if (!secrets && password !== undefined) {
        const files = await filesOf(this.#certificate, this.options, signal);
        return files.kind === 'pfx' ? {} : { held: factsOf(await readLeaf(files, signal)) };
      }
      const set = await readCertificate(this.#certificate, this.options, signal);
      const held = factsOf(set.leaf);
      try {
        this.#check(set);
        return { held };
      } catch (problem) {
        return { held, problem };
      }
    } catch (problem) {
      signal?.throwIfAborted();
      return { problem };
    }
  }

  #check(set: CertificateSet): void {
    const names = this.#places.map(({ serves }) => serves);
    checkSet(set, names, this.options.clock.now());
  }

  /** Looks at all places at once; only reads. */
  async #look(signal: AbortSignal | undefined): Promise<TargetState[]> {
    const runner = this.runner();
    return Promise.all(this.#places.map((place) => perform(inspectPlace(place), runner, signal)));
  }
}

function aboutOf({ validTo, fingerprint }: CertificateFacts): { version: string; artifact: string } {
  return { version: validTo.slice(0, 10), artifact: fingerprint };
}
