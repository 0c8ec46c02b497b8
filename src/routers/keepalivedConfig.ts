/** What of a keepalived.conf(5) decides where an address is: instances of VRRP, with what changes their priority. */
export interface KeepalivedConfig {
  readonly instances: readonly VrrpInstance[];
  /** Files whose number is added to priorities, by the name that instances call them. */
  readonly trackFiles: Readonly<Record<string, TrackFile>>;
}

export interface VrrpInstance {
  readonly name: string;
  readonly interface: string;
  readonly priority: number;
  readonly advertMs: number;
  readonly preemptDelayMs: number;
  /** A backup with a higher priority takes the addresses; `nopreempt` keeps it from that. */
  readonly preempts: boolean;
  /** It has a network card of its own (`use_vmac`), with a hardware address that moves too. */
  readonly hasOwnCard: boolean;
  /** The group whose members move together. */
  readonly group?: string;
  readonly addresses: readonly VirtualAddress[];
  /** By their names, with the factor of their number. */
  readonly tracked: Readonly<Record<string, number>>;
}

export interface TrackFile {
  readonly file: string;
  /** The factor where an instance names none. */
  readonly weight: number;
}

/** An address as `ip address add` takes it. */
export interface VirtualAddress {
  readonly address: string;
  /** With the length of its prefix: `10.0.0.30/24`. */
  readonly cidr: string;
  readonly device: string;
  /** Further words: `label eth0:1`. */
  readonly words: readonly string[];
}

/** A line: its words, and what stands between the braces at its end. */
interface Directive {
  readonly words: readonly string[];
  readonly block: readonly Directive[];
}

const OPEN = '{';
const CLOSE = '}';

/**
 * Reads a configuration whose `include` lines were replaced by the files that they name. Lines that hold only for some
 * machines (`@name`) are left out.
 */
export function parseKeepalivedConfig(text: string): KeepalivedConfig {
  const top = blockOf(tokensOf(text));
  const groups = groupsOf(top);
  const files = all(top, 'track_file', 'vrrp_track_file').map(({ words: [, name = ''], block }) => [
    name,
    { file: valueOf(block, 'file') ?? '', weight: numberOf(block, 'weight') ?? 1 },
  ]);
  const trackFiles = Object.fromEntries(files) as Record<string, TrackFile>;
  return {
    instances: all(top, 'vrrp_instance').map((each) => instanceOf(each, trackFiles, groups)),
    trackFiles,
  };
}

function instanceOf(
  { words: [, name = ''], block }: Directive,
  trackFiles: Readonly<Record<string, TrackFile>>,
  groups: ReadonlyMap<string, string>,
): VrrpInstance {
  const card = valueOf(block, 'interface') ?? '';
  const group = groups.get(name);
  return {
    name,
    interface: card,
    priority: numberOf(block, 'priority') ?? 100,
    advertMs: (numberOf(block, 'advert_int') ?? 1) * 1000,
    preemptDelayMs: (numberOf(block, 'preempt_delay') ?? 0) * 1000,
    // keepalived ignores it where the instance begins as the master.
    preempts: all(block, 'nopreempt').length === 0 || valueOf(block, 'state') === 'MASTER',
    hasOwnCard: all(block, 'use_vmac').length > 0,
    ...(group !== undefined && { group }),
    addresses: all(block, 'virtual_ipaddress', 'virtual_ipaddress_excluded').flatMap(({ block: lines }) =>
      lines.map(({ words }) => addressOf(words, card)),
    ),
    tracked: Object.fromEntries(
      all(block, 'track_file').flatMap(({ block: lines }) =>
        lines.map(({ words: [file = '', ...rest] }) => [file, weightOf(rest, trackFiles[file])]),
      ),
    ),
  };
}

/** `10.0.0.30/24 dev eth0 label eth0:1`. Without a prefix it is the address alone. */
function addressOf([written = '', ...rest]: readonly string[], card: string): VirtualAddress {
  const address = written.replace(/\/.*$/, '');
  const cidr = written.includes('/') ? written : `${written}/${address.includes(':') ? 128 : 32}`;
  const words = ['brd', 'scope', 'label'].flatMap((word) => {
    const value = after(rest, word);
    return value === undefined ? [] : [word, value];
  });
  return { address, cidr, device: after(rest, 'dev') ?? card, words };
}

function weightOf(words: readonly string[], file: TrackFile | undefined): number {
  const weight = Number(after(words, 'weight') ?? file?.weight ?? 1);
  return words.includes('reverse') ? -weight : weight;
}

/** The group of each instance that is in one. */
function groupsOf(top: readonly Directive[]): Map<string, string> {
  const members = all(top, 'vrrp_sync_group').flatMap(({ words: [, group = ''], block }) =>
    all(block, 'group').flatMap(({ block: lines }) =>
      lines.flatMap(({ words }) => words.map((member) => [member, group] as const)),
    ),
  );
  return new Map(members);
}

function all(block: readonly Directive[], ...keywords: readonly string[]): Directive[] {
  return block.filter(({ words: [keyword = ''] }) => keywords.includes(keyword));
}

/** The first value of a keyword; of several the last one counts. */
function valueOf(block: readonly Directive[], keyword: string): string | undefined {
  return all(block, keyword).at(-1)?.words[1];
}

function numberOf(block: readonly Directive[], keyword: string): number | undefined {
  const number = Number.parseFloat(valueOf(block, keyword) ?? '');
  return Number.isNaN(number) ? undefined : number;
}

function after(words: readonly string[], word: string): string | undefined {
  const at = words.indexOf(word);
  return at < 0 ? undefined : words[at + 1];
}

/** Words and braces of each line, without comments; definitions (`$NAME=value`) are filled in where they are used. */
function tokensOf(text: string): string[][] {
  const definitions = new Map<string, string>();
  const lines: string[][] = [];
  for (const raw of text.split('\n')) {
    const line = raw.replace(/(?:^|\s)[#!].*$/, '').trim();
    const [, name, value] = /^\$(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) definitions.set(name, value ?? '');
    else if (line !== '' && !line.startsWith('@')) lines.push(wordsOf(fillIn(line, definitions)));
  }
  return lines;
}

function fillIn(line: string, definitions: ReadonlyMap<string, string>): string {
  return line.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (written, braced?: string, bare?: string) => definitions.get(braced ?? bare ?? '') ?? written,
  );
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|([{}])|([^\s{}"]+)/g)].map(([word, quoted]) => quoted ?? word);
}

/** A brace may end its line, or stand on the next one. */
function blockOf(lines: readonly (readonly string[])[]): Directive[] {
  const top: Directive[] = [];
  const open: Directive[][] = [top];
  for (const line of lines) {
    let words: string[] = [];
    const end = (block: Directive[] = []): void => {
      if (words.length > 0) open.at(-1)?.push({ words, block });
      words = [];
    };
    for (const word of line)
      if (word === OPEN) {
        const block: Directive[] = [];
        if (words.length > 0) end(block);
        else {
          const last = open.at(-1)?.pop();
          if (last) open.at(-1)?.push({ words: last.words, block });
        }
        open.push(block);
      } else if (word === CLOSE) {
        end();
        if (open.length > 1) open.pop();
      } else words.push(word);
    end();
  }
  return top;
}
