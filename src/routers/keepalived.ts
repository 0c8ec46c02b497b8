import {
  literal,
  type Answer,
  type CommandCall,
  type HostName,
  type ReadFileCall,
} from '../contracts/deployCall';
import type { Reading } from '../contracts/deployTarget';
import { textOf } from './answers';
import { RouterError } from './errors';
import {
  cardsOf,
  LOOK,
  LOOK_AT_STATE,
  processOf,
  type Cards,
  type KeepalivedProcess,
  type VrrpState,
} from './keepalivedAnswers';
import { parseKeepalivedConfig, type VirtualAddress, type VrrpInstance } from './keepalivedConfig';

/** What is looked for on a host. */
export interface AddressOptions {
  /** The address that moves. */
  readonly ip: string;
  /** The track_file whose number is changed, by its name or path, where an instance has several. */
  readonly track?: string;
}

/** A file whose number times the weight is added to the priority. */
export interface Tracked {
  readonly file: string;
  readonly weight: number;
  readonly value: number;
}

/** A host that may hold the address, with nothing that changes by itself. */
export interface AddressHost {
  readonly host: HostName;
  readonly isRunning: boolean;
  readonly as: KeepalivedProcess['as'];
  readonly holds: boolean;
  /** The vrrp_instance that has the address, as it is configured. */
  readonly instance: VrrpInstance;
  /** As keepalived counts it now, else as the configuration and the track_file make it. */
  readonly priority: number;
  /** Where keepalived says so. */
  readonly state?: VrrpState;
  /** The host's own address beside the one that moves. */
  readonly own?: string;
  readonly track?: Tracked;
  /** The addresses that move together and can be announced by hand: of IPv4. */
  readonly addresses: readonly VirtualAddress[];
  /** Hardware addresses of the cards of `addresses`, by name. */
  readonly macs: Readonly<Record<string, string>>;
  readonly announces: boolean;
  readonly passesOn: boolean;
}

/** Looks at one host; only reads. Throws `RouterError` `unreadable` or `noInstance`. */
export function readAddressHost(host: HostName, options: AddressOptions): Reading<AddressHost> {
  return {
    calls: [readCards(host), look(host)],
    next: ([cards, process]) => {
      const found = cardsOf(cards!);
      const said = processOf(process!);
      const instance = instanceWith(host, said, options.ip);
      const file = trackFileOf(said, instance, options.track);
      const result = (value: number): AddressHost =>
        hostOf(host, options.ip, found, said, instance, file && { ...file, value });
      if (!file) return { result: result(0) };
      const calls = [readFile(host, file.file)];
      return { more: { calls, next: ([content]) => ({ result: result(numberIn(content!)) }) } };
    },
  };
}

/** The addresses of every network card. */
export function readCards(host: HostName): CommandCall {
  return { via: 'command', host, argv: ['ip', '-json', 'address'], parse: 'keepalived.cards' };
}

function look(host: HostName): CommandCall {
  const note = 'How keepalived is';
  return { via: 'command', note, host, argv: ['sh', '-c', literal(LOOK)], parse: 'keepalived.process' };
}

/** The states of its instances; none where keepalived does not say. */
export function lookAtState(host: HostName): CommandCall {
  return { via: 'command', host, argv: ['sh', '-c', literal(LOOK_AT_STATE)], parse: 'keepalived.process' };
}

function readFile(host: HostName, path: string): ReadFileCall {
  return { via: 'readFile', host, path: literal(path) };
}

function instanceWith(host: HostName, { config }: KeepalivedProcess, ip: string): VrrpInstance {
  const { instances } = parseKeepalivedConfig(config);
  const found = instances.find(({ addresses }) => addresses.some(({ address }) => address === ip));
  if (found) return found;
  throw new RouterError('noInstance', `no vrrp_instance has ${ip}`, {
    host,
    address: ip,
    known: instances.map(({ name }) => name).join(', '),
  });
}

/** The one that was named, or is ours by its name, or is the only one. */
function trackFileOf(
  { config }: KeepalivedProcess,
  { tracked }: VrrpInstance,
  wanted: string | undefined,
): Omit<Tracked, 'value'> | undefined {
  const { trackFiles } = parseKeepalivedConfig(config);
  const usable = Object.entries(tracked).flatMap(([name, weight]) => {
    const file = trackFiles[name]?.file;
    // Without a weight any other number than 0 is a fault, not a priority.
    return file === undefined || weight === 0 ? [] : [{ name, file, weight }];
  });
  const chosen =
    wanted === undefined
      ? (usable.find(({ name }) => name === 'swapdeck') ?? (usable.length === 1 ? usable[0] : undefined))
      : usable.find(({ name, file }) => name === wanted || file === wanted);
  return chosen && { file: chosen.file, weight: chosen.weight };
}

/** keepalived takes a file that is not there, or has no number, for 0. */
function numberIn(answer: Answer): number {
  const number = Number.parseInt(textOf(answer, 'content'), 10);
  return Number.isNaN(number) ? 0 : number;
}

function hostOf(
  host: HostName,
  ip: string,
  { cards }: Cards,
  process: KeepalivedProcess,
  instance: VrrpInstance,
  track: Tracked | undefined,
): AddressHost {
  const live = process.live[instance.name];
  const device = instance.addresses.find(({ address }) => address === ip)?.device ?? instance.interface;
  const virtual = new Set(instance.addresses.map(({ address }) => address));
  const isV4 = (address: string): boolean => !address.includes(':');
  const own = cards
    .find(({ name }) => name === device)
    ?.addresses.find(({ address }) => !virtual.has(address) && isV4(address) === isV4(ip))?.address;
  const addresses = instance.addresses.filter(({ address }) => isV4(address));
  const macs = cards.filter(({ name }) => addresses.some((each) => each.device === name));
  const configured = instance.priority + (track ? track.value * track.weight : 0);
  return {
    host,
    isRunning: process.isRunning,
    as: process.as,
    holds: cards.some(
      ({ name, addresses: all }) => name !== 'lo' && all.some(({ address }) => address === ip),
    ),
    instance,
    priority: live?.priority ?? configured,
    ...(live?.state !== undefined && { state: live.state }),
    ...(own !== undefined && { own }),
    ...(track && { track }),
    addresses,
    macs: Object.fromEntries(macs.map(({ name, mac }) => [name, mac])),
    announces: process.announces && !instance.hasOwnCard && isV4(ip),
    passesOn: process.passesOn,
  };
}

/** Why the address can't be moved to a host, the most important reason first; each says what to change. */
export function obstaclesOf(found: AddressHost): RouterError[] {
  const { host, isRunning, as, state, track } = found;
  const { name: instance, preempts, group } = found.instance;
  const details = { host, instance };
  return [
    ...(isRunning ? [] : [new RouterError('notRunning', `keepalived does not run on ${host}`, details)]),
    ...(as === 'nobody' ? [new RouterError('notRoot', `not root on ${host}`, details)] : []),
    ...(state === 'FAULT' ? [new RouterError('inFault', `${instance} is in fault`, details)] : []),
    ...(preempts ? [] : [new RouterError('notPreempting', `${instance} has nopreempt`, details)]),
    ...(group === undefined
      ? []
      : [new RouterError('syncGroup', `${instance} is in a group`, { ...details, group })]),
    ...(track ? [] : [new RouterError('noTrackFile', `${instance} has no track_file`, details)]),
  ];
}

/** The longest time until another host has the addresses, once its priority is the higher one. */
export function takeoverMs({ instance: { advertMs, preemptDelayMs } }: AddressHost): number {
  return 5 * advertMs + preemptDelayMs + 5000;
}
