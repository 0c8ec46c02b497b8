import type { X509Certificate } from 'node:crypto';
import { fingerprintOf, type CertificateFacts } from '../certificates/facts';
import type { Step, TargetState } from '../contracts/deploy';
import {
  literal,
  type Answer,
  type Call,
  type CommandCall,
  type Expectation,
  type ParserTable,
  type TlsCall,
} from '../contracts/deployCall';
import type { Reading } from '../contracts/deployTarget';
import { textOf } from '../deploy/parsers';
import { findAndRestartGracefully } from '../routers/apacheRestart';
import { configReport, configTest } from '../routers/configTest';
import { ManagerCalls } from '../targets/tomcat/manager';
import { jsonAt, type JsonObject } from '../util/json';
import type { ServingPlace } from './certificatePlaces';
import { KEY_SOURCE, KEYSTORE_SOURCE } from './certificateSources';

/** What a server shows who asks it. */
export type Served = CertificateFacts & { readonly chain: readonly string[]; readonly protocol: string };

/** What of a certificate is put on servers; its key is in no plan. */
export interface NewCertificate {
  /** In the configuration. */
  readonly name: string;
  readonly leaf: X509Certificate;
  readonly chain: readonly X509Certificate[];
}

/** Old workers of a server go on with what they have for a moment. */
const SERVED_MS = 15_000;
const EVERY_MS = 200;

/** Only Apache's control program calls it that. */
const GRACEFUL = 'graceful';

/** Follows links, so that they stay links. */
const FOLLOW = `while [ -L "$path" ]; do
    to=$(readlink -- "$path")
    case $to in /*) path=$to ;; *) path=$(dirname -- "$path")/$to ;; esac
  done`;

/** A line for each file: mode, owner, sum; \`-\` for one that is not there. A sum says nothing about a key. */
const LOOK = `for path in "$@"; do
  if [ -e "$path" ]; then echo "$(set -- $(ls -ldnL -- "$path"); echo "$1 $3:$4") $(cksum <"$path")"
  else echo -; fi
done`;

/** Copies the files beside themselves; the first copy stands. $1 is what their names end with. */
const KEEP = `set -e
end=$1; shift
for path in "$@"; do
  ${FOLLOW}
  if [ -e "$path" ] && [ ! -e "$path$end" ]; then
    cp -p -- "$path" "$path$end.part"
    mv -f -- "$path$end.part" "$path$end"
  fi
done`;

/** Puts the copies back; they stay. */
const RESTORE = `set -e
end=$1; shift
for path in "$@"; do
  ${FOLLOW}
  if [ -e "$path$end" ]; then
    cp -p -- "$path$end" "$path$end.part"
    mv -f -- "$path$end.part" "$path"
  fi
done`;

const FORGET = `end=$1; shift
for path in "$@"; do
  ${FOLLOW}
  rm -f -- "$path$end" "$path$end.part"
done`;

/** The files of a place on its host. */
function pathsOf({ files }: ServingPlace): string[] {
  if (files.kind === 'keystore') return [files.keystore];
  return [files.certificate, ...(files.chain === undefined ? [] : [files.chain]), files.key];
}

export function askServed({ host, endpoint, servername }: ServingPlace): TlsCall {
  return {
    via: 'tls',
    from: host,
    host: endpoint.host,
    port: endpoint.port,
    ...(servername !== undefined && { servername }),
  };
}

/** How a place looks: what it shows, and its files, of which nothing secret is read. */
export function inspectPlace(place: ServingPlace): Reading<TargetState> {
  const paths = pathsOf(place);
  const look = {
    via: 'command',
    host: place.host,
    argv: ['sh', '-c', literal(LOOK), 'sh', ...paths],
  } as const;
  return {
    calls: [askServed(place), { ...look, parse: 'certificate.files' }],
    next: ([served = {}, looked]) => ({
      result: {
        target: place.name,
        older: [],
        pending: [],
        facts: { served, files: jsonAt(looked, 'value') ?? [] },
      },
    }),
  };
}

export function servedOf({ facts }: TargetState): Served {
  return facts?.served as Served;
}

export const certificateParsers: ParserTable = {
  'certificate.files': (answer: Answer) =>
    textOf(answer)
      .trimEnd()
      .split('\n')
      .map((line): JsonObject | null => {
        if (line === '-') return null;
        const [mode = '', owner = '', ...sum] = line.split(' ');
        return { mode, owner, sum: sum.join(' ') };
      }),
};

/** Whether a place shows the certificate already, with all of its chain. */
export function isServed(served: Served, { leaf, chain }: NewCertificate): boolean {
  return (
    served.fingerprint === fingerprintOf(leaf) && served.chain.join() === chain.map(fingerprintOf).join()
  );
}

/** The steps that renew a certificate: everywhere, one place after another, or nowhere. Pure. */
export function renewalSteps(
  certificate: NewCertificate,
  all: readonly { readonly place: ServingPlace; readonly state: TargetState }[],
  planId: string,
): Step[] {
  const due = all.filter(({ state }) => !isServed(servedOf(state), certificate));
  return [
    ...due.map(({ place }) => keep(place, planId)),
    ...due.map(({ place, state }) => install(place, state, certificate, planId)),
    ...due.map(({ place }) => forget(place, planId)),
  ];
}

/** What names of copies end with. */
function ending(planId: string): string {
  return `.before-${planId}`;
}

function script(place: ServingPlace, text: string, planId: string, paths = pathsOf(place)): CommandCall {
  const argv = ['sh', '-c', literal(text), 'sh', ending(planId), ...paths];
  return { via: 'command', host: place.host, argv };
}

function keep(place: ServingPlace, planId: string): Step {
  return {
    id: `${place.name}/keep`,
    title: `Keep what ${place.name} has`,
    on: place.name,
    phase: 'prepare',
    do: [script(place, KEEP, planId)],
    verify: [],
    undo: [script(place, FORGET, planId)],
    again: 'repeat',
  };
}

function install(place: ServingPlace, state: TargetState, certificate: NewCertificate, planId: string): Step {
  const { host, test } = place;
  const paths = pathsOf(place);
  const known = (state.facts?.files ?? []) as readonly (JsonObject | null)[];
  const there = paths.filter((_, index) => known[index]);
  const others = paths.filter((_, index) => !known[index]);
  return {
    id: `${place.name}/install`,
    title: `Serve the new certificate on ${place.name}`,
    on: place.name,
    phase: 'route',
    do: [
      ...(test ? [configTest(host, test, 'before')] : []),
      ...writes(place, certificate),
      ...(test ? [configTest(host, test, 'after')] : []),
      reload(place),
    ],
    verify: [
      untilServed(place, [
        ...fingerprints([certificate.leaf], 'fingerprint'),
        ...fingerprints(certificate.chain, 'chain'),
        { path: `chain.${certificate.chain.length}`, is: 'absent' },
      ]),
    ],
    undo: [
      script(place, RESTORE, planId, there),
      ...(others.length > 0 ? [{ via: 'command', host, argv: ['rm', '-f', '--', ...others] } as const] : []),
      // Where someone else broke the configuration a server goes on with what it has; what that is, it shows.
      place.manager
        ? reload(place)
        : { ...reload(place), expect: [{ path: 'code', is: 'atLeast', value: 0 }] },
      untilServed(place, [{ path: 'fingerprint', is: 'equals', value: servedOf(state).fingerprint }]),
    ],
    again: 'repeat',
    ...(test && { diagnose: [configReport(host, test)] }),
  };
}

function forget(place: ServingPlace, planId: string): Step {
  return {
    id: `${place.name}/forget`,
    title: `Remove the copies of what ${place.name} had`,
    on: place.name,
    phase: 'prune',
    do: [script(place, FORGET, planId)],
    verify: [],
    undo: [],
    again: 'repeat',
    final: true,
  };
}

function writes({ name: place, host, files, mode }: ServingPlace, certificate: NewCertificate): Call[] {
  const { name, leaf, chain } = certificate;
  const source = { certificate: name, fingerprint: fingerprintOf(leaf) };
  if (files.kind === 'keystore')
    return [
      {
        via: 'upload',
        source: { kind: KEYSTORE_SOURCE, ...source, place },
        to: { via: 'writeFile', host, path: files.keystore, mode, exactMode: true },
      },
    ];
  const write = (path: string, content: readonly X509Certificate[]): Call => ({
    via: 'writeFile',
    host,
    path,
    content: content.map((each) => each.toString()).join(''),
    mode: '0644',
  });
  return [
    ...(files.chain === undefined
      ? [write(files.certificate, [leaf, ...chain])]
      : [write(files.certificate, [leaf]), write(files.chain, chain)]),
    {
      via: 'upload',
      source: { kind: KEY_SOURCE, ...source },
      to: { via: 'writeFile', host, path: files.key, mode, exactMode: true },
    },
  ];
}

function reload({ host, manager, reload: argv }: ServingPlace): Call {
  if (manager) return new ManagerCalls(manager).sslReload();
  if (argv.at(-1) === GRACEFUL) return findAndRestartGracefully(host, argv.slice(0, -1));
  return { via: 'command', host, argv };
}

function untilServed(place: ServingPlace, expect: readonly Expectation[]): TlsCall {
  return { ...askServed(place), expect, until: { intervalMs: EVERY_MS, deadlineMs: SERVED_MS } };
}

function fingerprints(certificates: readonly X509Certificate[], path: string): Expectation[] {
  return certificates.map((each, index) => ({
    path: path === 'chain' ? `chain.${index}` : path,
    is: 'equals',
    value: fingerprintOf(each),
  }));
}
