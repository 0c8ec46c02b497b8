import type { Event } from '../util/emitter';
import type { Json, JsonObject, JsonScalar } from '../util/json';

/**
 * One thing to do or to ask, as plain JSON: it can be shown, stored, hashed and compared. Only a `Runner` performs
 * calls. Every text of a call may hold placeholders, filled in at the last moment:
 *
 * - `${NAME}`: a binding, a value that an earlier call found out (`${web-1.port}`). Names that belong to a target
 *   begin with its name and a dot, so that several never meet.
 * - `${secret:NAME}`: never shown, journaled or logged; what a call answers is searched for it and blacked out.
 * - `$${` stands for `${` itself: use `literal` for texts that come from elsewhere, such as a host's files.
 */
export type Call =
  | CommandCall
  | LocalCall
  | EngineCall
  | HttpCall
  | SocketCall
  | ReadFileCall
  | WriteFileCall
  | UploadCall
  | WatchCall
  | TlsCall;
export type Via = Call['via'];
export type CallOf<V extends Via> = Extract<Call, { via: V }>;

/** A host of the configuration by its name, or `THIS_MACHINE`. */
export type HostName = string;
/** The machine Swapdeck runs on; no host of the configuration can be called that. */
export const THIS_MACHINE = '@here';

export interface CallBase {
  /** What it is for, in a few words, where the call does not say it by itself. */
  readonly note?: string;
  /** Makes the answer's `value`. */
  readonly parse?: ParserName;
  /** All must hold for the call to have succeeded. What the call's kind expects by itself is said there. */
  readonly expect?: readonly Expectation[];
  /** Bindings that the answer gives: name -> path in the answer. A path that leads nowhere fails the call. */
  readonly binds?: Readonly<Record<string, string>>;
  /** Asks again until `expect` holds. Only for calls that may be repeated. */
  readonly until?: Until;
}

export interface Until {
  /** At most; it is asked more often in the beginning. */
  readonly intervalMs: number;
  readonly deadlineMs: number;
  /**
   * What to do when the time is over; `fail` unless given. `continue`: a wait that may be cut short. `endStep`: the
   * step is done without the calls that follow.
   */
  readonly atDeadline?: 'fail' | 'continue' | 'endStep';
  /**
   * Made before each attempt; when it does not succeed, waiting is in vain and the call fails with that. Only what may
   * be repeated.
   */
  readonly meanwhile?: Call;
}

/** `text`, `json`, `lines`, or one of a target or router: `haproxy.servers`. */
export type ParserName = 'text' | 'json' | 'lines' | `${string}.${string}`;

/**
 * A condition on the answer. `path` as in `jsonAt`, from the answer's top: `status`, `code`, `stdout`,
 * `headers.x-release`, `value.State.Health`. A missing value meets only `absent`, `differs` and `lacks`.
 * `matches` is a regular expression, `contains` a part of a text or a member of a list. Numbers in texts compare
 * as numbers for `atLeast` and `atMost`.
 */
export type Expectation =
  | { readonly path: string; readonly is: 'equals' | 'differs'; readonly value: JsonScalar }
  | { readonly path: string; readonly is: 'oneOf'; readonly value: readonly JsonScalar[] }
  | { readonly path: string; readonly is: 'contains' | 'lacks' | 'matches'; readonly value: string }
  | { readonly path: string; readonly is: 'atLeast' | 'atMost'; readonly value: number | string }
  | { readonly path: string; readonly is: 'present' | 'absent' };

/** Runs an argv on a host. Expects exit code 0 unless `expect` speaks of `code`. Answers `code`, `stdout`, `stderr`. */
export interface CommandCall extends CallBase {
  readonly via: 'command';
  readonly host: HostName;
  readonly argv: readonly string[];
  readonly stdin?: string;
}

/** Runs a program of this machine, such as a build; answers as `CommandCall`. */
export interface LocalCall extends CallBase {
  readonly via: 'local';
  readonly argv: readonly string[];
  /** Absolute, or relative to the folder of `swapdeck.yaml`. */
  readonly directory?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A request to the container engine of a host, by its API. Expects a 2xx status unless `expect` speaks of `status`.
 * Answers `status`, `headers` (lower case names), `body` (text).
 */
export interface EngineCall extends CallBase {
  readonly via: 'engine';
  readonly host: HostName;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Without the API version: `/containers/json`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: JsonObject;
  /** A registry that the request needs a login for: `login`, else what is found when it is sent. */
  readonly registry?: string;
  readonly login?: { readonly user: string; readonly password: string };
}

/**
 * An HTTP request made from a host (through its connection) or this machine; expects and answers as `EngineCall`, and
 * answers `url`.
 */
export interface HttpCall extends CallBase {
  readonly via: 'http';
  readonly from: HostName;
  readonly method: string;
  readonly url: string;
  /** The address that is connected to instead of the host of `url`, which is asked for all the same. */
  readonly at?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly basicAuth?: { readonly user: string; readonly password: string };
  /** For one answer; 10,000 unless given. Redirects aren't followed. */
  readonly timeoutMs?: number;
  /** A PEM file of this machine with the authorities that are trusted instead of the well-known ones. */
  readonly ca?: string;
  /** How often it is made, one after another; each must go well, and the last one's answer counts. 1 unless given. */
  readonly times?: number;
}

/**
 * Sends a text to a Unix socket of a host, such as a router's, and reads until the other side ends. Answers `text`.
 */
export interface SocketCall extends CallBase {
  readonly via: 'socket';
  readonly host: HostName;
  readonly path: string;
  readonly send: string;
  /** For the whole answer; 10,000 unless given. */
  readonly timeoutMs?: number;
}

/** Answers `exists` and, when it does, `content` (base64 when `encoding` says so). A missing file is no failure. */
export interface ReadFileCall extends CallBase {
  readonly via: 'readFile';
  readonly host: HostName;
  readonly path: string;
  readonly encoding?: 'utf8' | 'base64';
}

/** Replaces a file at once (written beside, flushed, renamed) and keeps owner and mode of the one that was there. */
export interface WriteFileCall extends CallBase {
  readonly via: 'writeFile';
  readonly host: HostName;
  readonly path: string;
  readonly content: string;
  readonly encoding?: 'utf8' | 'base64';
  /** Of a new file, in octal: `0644`. */
  readonly mode?: string;
  /** The mode that it gets is `mode` in any case, from its first byte on: for secrets. */
  readonly exactMode?: true;
}

/**
 * Sends the bytes of a source as the body or the standard input of another call, whose answer is its own. HTTP bodies of
 * steps that are performed at once keep pace with one another, and the last byte of each is sent when all have the rest:
 * what a server does with all of it happens everywhere at the same time, or nowhere.
 */
export interface UploadCall extends CallBase {
  readonly via: 'upload';
  readonly source: UploadSource;
  readonly to:
    | Omit<CommandCall, keyof CallBase | 'stdin'>
    | Omit<EngineCall, keyof CallBase | 'body'>
    | Omit<HttpCall, keyof CallBase | 'body'>
    | Omit<WriteFileCall, keyof CallBase | 'content' | 'encoding'>;
}

/** Where bytes come from: `kind` names a `SourceOpener`; the rest is its own and says exactly which bytes. */
export type UploadSource = JsonObject & { readonly kind: string };

/**
 * Watches the traffic for a while, through the probe. Fails as soon as a limit is passed. Answers `sent`, `lost`,
 * `errorsPercent`, `p99Ms` and `oldP99Ms`. Without a probe it only waits.
 */
export interface WatchCall extends CallBase {
  readonly via: 'watch';
  readonly durationMs: number;
  readonly limits: WatchLimits;
  /** Versions whose answers are compared: of the new release and of the old one. */
  readonly release: string;
  readonly against?: string;
}

/**
 * A TLS handshake (RFC 8446) with a server, made from a host (through its connection) or this machine, and nothing
 * after it. Whatever certificate is shown is an answer: `fingerprint`, `subject`, `issuer`, `names`, `validFrom`,
 * `validTo` as in `CertificateFacts`; `chain`, the fingerprints of what is shown with it, each the issuer of the one
 * before; `protocol`, such as `TLSv1.3`.
 */
export interface TlsCall extends CallBase {
  readonly via: 'tls';
  readonly from: HostName;
  readonly host: string;
  readonly port: number;
  /** The name that is asked for (SNI, RFC 6066 section 3); none for an address. */
  readonly servername?: string;
  /** For the whole handshake; 10,000 unless given. */
  readonly timeoutMs?: number;
}

export interface WatchLimits {
  /** Most failed requests of the new release, 0 to 100. */
  readonly errorsPercent?: number;
  /** Slowest 99th percentile of the new release. */
  readonly p99Ms?: number;
  /** How many times slower than the old release's the 99th percentile may be. */
  readonly p99Ratio?: number;
}

/** What came back: members as the call's kind says, `value` from the parser; secrets blacked out. */
export type Answer = JsonObject;

/**
 * Pure. Throws any error for an answer that it does not understand: the call then fails as `unparsable`; a
 * `SwapdeckError` for one that it understands and that is no good: the call then fails with that.
 */
export type Parser = (answer: Answer) => Json;
export type ParserTable = Readonly<Partial<Record<ParserName, Parser>>>;

export type Bindings = Readonly<Record<string, string>>;

export interface CallResult {
  readonly answer: Answer;
  /** What `binds` gave. */
  readonly bound: Bindings;
  /** The calls of the step that follow are left out. */
  readonly endsStep?: true;
}

/** Bytes of an upload. `total` where it is known before. */
export interface UploadStream {
  readonly total?: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** May be told of a chunk that nobody reads any more; its memory is then used again. */
  giveBack?(chunk: Uint8Array): void;
}
export type SourceOpener = (source: UploadSource, signal?: AbortSignal) => Promise<UploadStream>;

/** Those who do the same at once, as one of them sees it. */
export interface Company {
  /**
   * Says how far this one is, and resolves when nobody is more than `lead` behind `position`. Rejects when aborted; then
   * all are to be aborted.
   */
  keepPace(position: number, lead: number, signal?: AbortSignal): Promise<void>;
}

export interface CallProgress {
  readonly bytes: number;
  readonly total?: number;
}

/** What a performer is handed besides the call. */
export interface PerformContext {
  readonly signal?: AbortSignal;
  /** Of an upload: the steps that are performed at the same time. */
  readonly company?: Company;
  progress(progress: CallProgress): void;
}

/**
 * Performs calls of one kind whose placeholders are filled in. Any exit code or status is an answer; a way that
 * can't be opened or is lost rejects (`TransportError`). Nothing of the call may be logged: it holds secrets.
 */
export type Performer<V extends Via> = (
  call: CallOf<V>,
  context: PerformContext,
  upload?: UploadStream,
) => Promise<Answer>;
export type Performers = { readonly [V in Exclude<Via, 'upload'>]?: Performer<V> };

/** One call that was performed, with placeholders as the plan has them: what is compared with the plan. */
export interface Performed {
  readonly call: Call;
  /** More than 1 where it was asked until something held. */
  readonly times: number;
  readonly durationMs: number;
  readonly ok: boolean;
}

/** The only one who performs effects. */
export interface Runner {
  /** Rejects with `DeployError` (`unmet`, `deadline`, `unbound`, ...), `TransportError`, `ConfigError` or `AbortedError`. */
  perform(call: Call, bindings: Bindings, signal?: AbortSignal, company?: Company): Promise<CallResult>;
  readonly onPerformed: Event<Performed>;
  readonly onProgress: Event<CallProgress & { readonly call: Call }>;
}

/** A text that stands for itself in a call: nothing in it is a placeholder. */
export function literal(text: string): string {
  // A function, because `$$` in a replacement would mean one `$`.
  return text.replaceAll('${', () => '$${');
}
