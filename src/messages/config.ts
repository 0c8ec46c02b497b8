import type { ConfigErrorReason } from '../config/errors';
import type { Fix, Found, Problem, ProblemDetails, ProblemReason } from '../config/problems';
import type { PlaceholderSource } from '../config/placeholders';
import type { Hover } from '../config/language';
import type { Expected } from '../config/schema/scalars';
import { fact, type Texts } from './message';
import { english, type Translate } from './translate';

/** Where a configuration can't be used. */
export const configErrorTexts: Texts<ConfigErrorReason> = {
  notFound: (facts) => ({
    title: facts.t('There is no swapdeck.yaml in {0} or above it.', fact(facts, 'directory')),
    next: ['createConfiguration'],
  }),
  unreadable: (facts) => ({
    title: facts.t("{0} can't be read.", fact(facts, 'file')),
    detail: facts.t('The system reports {0}.', fact(facts, 'code')),
    next: ['checkAddress'],
  }),
  variableMissing: (facts) => ({
    title: facts.t('The environment variable {0} is not set.', fact(facts, 'name')),
    detail: facts.t('swapdeck.yaml refers to it as {0}.', `\${env:${fact(facts, 'name')}}`),
    next: ['setValue', 'openConfiguration'],
  }),
  secretMissing: (facts) => ({
    title: facts.t('The secret {0} is not there.', fact(facts, 'name')),
    detail: facts.t(
      'The editor asks for it; on the command line it comes from the environment variable {0}.',
      fact(facts, 'variable'),
    ),
    next: ['setValue'],
  }),
  valueMissing: (facts) => ({
    title: facts.t('{0} has no value here.', `\${${fact(facts, 'name')}}`),
    detail: facts.t('It belongs to a release, and none is under way.'),
    next: ['openConfiguration'],
  }),
  badPlaceholder: (facts) => ({
    title: facts.t('{0} has no meaning.', fact(facts, 'placeholder')),
    next: ['openConfiguration'],
  }),
  badAddress: (facts) => ({
    title: facts.t('{0} does not give an address.', fact(facts, 'address')),
    detail: facts.t('With its placeholders filled in it must be HOST:PORT or a port.'),
    next: ['openConfiguration'],
  }),
  invalid: (facts) => ({
    title: facts.t("{0} has errors and can't be used.", fact(facts, 'file')),
    detail: facts.t('On the command line, `swapdeck check` shows each with its place.'),
    next: ['openConfiguration'],
  }),
  unknownJvm: (facts) => ({
    title: facts.t('"{0}" is neither HOST:PORT nor a JVM of swapdeck.yaml.', fact(facts, 'name')),
    detail: fact(facts, 'known')
      ? facts.t('It has: {0}.', fact(facts, 'known'))
      : facts.t('No swapdeck.yaml from here upward names a JVM.'),
    next: ['openConfiguration'],
  }),
  ambiguousJvm: (facts) => ({
    title: facts.t('Several environments have a JVM "{0}".', fact(facts, 'name')),
    detail: facts.t('Say which: {0}.', fact(facts, 'known')),
    next: ['openConfiguration'],
  }),
  unsupportedRoute: (facts) => ({
    title: facts.t("{0} can't be attached to yet.", fact(facts, 'name')),
    detail: facts.t('It runs in a pod, and that way is not built yet.'),
    next: ['openConfiguration'],
  }),
};

/** What to write where something else was found. */
export const expectations: Readonly<Record<Expected, (t: Translate) => string>> = {
  text: (t) => t('a text'),
  integer: (t) => t('a whole number'),
  number: (t) => t('a number'),
  boolean: (t) => t('true or false'),
  true: (t) => t('true'),
  list: (t) => t('a list, such as [a, b]'),
  mapping: (t) => t('keys with values'),
  scalar: (t) => t('a text, a number, or true or false'),
  name: (t) => t('a name: letters, digits, ".", "_" and "-", at most 63, beginning with a letter or digit'),
  variableName: (t) => t('a variable name: letters, digits and "_", not beginning with a digit'),
  duration: (t) => t('a duration with its unit, such as 500ms, 45s or 2m'),
  percentage: (t) => t('a percentage from 0% to 100%, such as "5%"'),
  size: (t) => t('a size, such as 512m or 2g'),
  port: (t) => t('a port from 1 to 65535'),
  jdwpAddress: (t) => t('HOST:PORT, or a port from 1 to 65535'),
  sshAddress: (t) => t('[USER@]HOST[:PORT], or a Host of ~/.ssh/config'),
  httpsUrl: (t) => t('an https:// address'),
  url: (t) => t('an address beginning with http:// or https://'),
  urlPath: (t) => t('a path beginning with "/", without spaces'),
  contextPath: (t) => t('a context path, such as /shop'),
  regularExpression: (t) => t('a regular expression, such as "^rc"'),
  versionRange: (t) => t('a range of versions, such as ">=1.0.0 <2"'),
  coordinates: (t) => t('Maven coordinates as group:artifact'),
  timeOfDay: (t) => t('a time of day as "09:00"'),
  days: (t) => t('days, such as mon-thu or [mon, wed]'),
  timeZone: (t) => t('a time zone, such as Europe/Amsterdam or UTC'),
  ipAddress: (t) => t('an IP address'),
  httpStatus: (t) => t('an HTTP status from 100 to 599'),
  restartPolicy: (t) => t('no, always, unless-stopped or on-failure[:TIMES]'),
  volume: (t) => t('/on/the/host:/in/the/container[:ro]'),
};

const findings: Readonly<Record<Found, (t: Translate) => string>> = {
  text: (t) => t('a text'),
  number: (t) => t('a number'),
  boolean: (t) => t('true or false'),
  list: (t) => t('a list'),
  mapping: (t) => t('keys with values'),
  nothing: (t) => t('nothing'),
};

const sources: Readonly<Record<PlaceholderSource, string>> = {
  env: '${env:NAME}',
  secret: '${secret:NAME}',
  release: '${environment}, ${version}, ${branch}, ${sha}',
  port: '${port}',
};

/** What the parser of YAML found wrong, by its code; its own words where ours would say no more. */
const syntaxTexts: Readonly<Partial<Record<string, (t: Translate) => string>>> = {
  TAB_AS_INDENT: (t) => t("Tabs can't indent YAML; use spaces."),
  BAD_INDENT: (t) => t('The indentation does not fit the lines around it.'),
  MULTIPLE_DOCS: (t) => t('There is a second document (---); one file holds one configuration.'),
  MISSING_CHAR: (t) =>
    t('Something is missing here: a closing quote or bracket, a colon, a comma, or a space.'),
  BLOCK_AS_IMPLICIT_KEY: (t) =>
    t('A value and further keys stand on one line; quote the value, or begin a new line.'),
  BAD_DQ_ESCAPE: (t) =>
    t('A backslash in double quotes begins an escape that does not exist; use single quotes.'),
  TAG_RESOLVE_FAILED: (t) => t('The tag (!...) has no meaning here.'),
};

type ProblemTexts = {
  readonly [R in ProblemReason]: (details: ProblemDetails[R], t: Translate) => string;
};

export const problemTexts: ProblemTexts = {
  syntax: ({ code, message }, t) => syntaxTexts[code]?.(t) ?? t('Not YAML: {0}.', message.replace(/\.$/, '')),
  tooLarge: ({ what }, t) => tooLarge[what](t),
  unknownAlias: ({ name }, t) => t('There is no anchor &{0} before this.', name),
  aliasCycle: ({ name }, t) => t('*{0} stands inside of what it refers to.', name),
  keyNotText: (_, t) => t('A key must be a name.'),
  duplicateKey: ({ key, firstLine }, t) => t('"{0}" is there already, in line {1}.', key, firstLine),
  unknownKey: ({ key, suggestion }, t) =>
    suggestion === undefined
      ? t('"{0}" is not a key that is known here.', key)
      : t('"{0}" is not a key that is known here. Did you mean "{1}"?', key, suggestion),
  missingKey: ({ key }, t) => t('{0} is missing.', quoted(key, t)),
  badName: ({ name, expected }, t) =>
    t('"{0}" can\'t be a name here. Write {1}.', name, expectations[expected](t)),
  wrongType: ({ expected, found }, t) =>
    t('Here stands {0}. Write {1}.', findings[found](t), expectations[expected](t)),
  wrongFormat: ({ expected, value, suggestion }, t) =>
    suggestion === undefined
      ? t('"{0}" is not understood. Write {1}.', value, expectations[expected](t))
      : t('"{0}" is not understood. Did you mean "{1}"?', value, suggestion),
  wrongValue: ({ value, allowed, suggestion }, t) =>
    suggestion === undefined
      ? t('"{0}" is not one of {1}.', value, allowed.join(', '))
      : t('"{0}" is not one of {1}. Did you mean "{2}"?', value, allowed.join(', '), suggestion),
  outOfRange: ({ value, least, most }, t) =>
    t('{0} is outside of {1} to {2}.', value, least ?? '…', most ?? '…'),
  tooFew: ({ least }, t) =>
    least === 1 ? t('The list is empty.') : t('The list needs at least {0} entries.', least),
  lossyNumber: ({ written, read }, t) =>
    t('{0} is a number and would arrive as {1}. Put it in quotes.', written, read),
  conflictingKeys: ({ key, other }, t) => t('"{0}" can\'t stand beside "{1}".', key, other),
  needsKey: ({ key, needs }, t) => t('"{0}" has a meaning only with {1}.', key, quoted(needs, t)),
  needsValue: ({ key, other, value }, t) =>
    t('"{0}" has a meaning only with {1}.', key, `${other}: ${value}`),
  unknownReference: ({ name, tables, suggestion }, t) =>
    suggestion === undefined
      ? t('"{0}" is not defined under {1}.', name, quoted(tables.join(' | '), t))
      : t(
          '"{0}" is not defined under {1}. Did you mean "{2}"?',
          name,
          quoted(tables.join(' | '), t),
          suggestion,
        ),
  wrongTarget: ({ application, kind, name, table }, t) =>
    t('"{0}" has {1}, which can\'t be put on "{2}" of "{3}".', application, `"${kind}"`, name, table),
  notReleasable: ({ application }, t) =>
    t('"{0}" has only classes. To be released it needs an image, a WAR or manifests.', application),
  cycle: ({ key, chain }, t) => t('"{0}" goes round in a circle: {1}.', key, chain.join(' -> ')),
  stepsOrder: (_, t) => t('Each step must be greater than the one before.'),
  unknownPlaceholder: ({ placeholder, suggestion }, t) =>
    suggestion === undefined
      ? t('{0} has no meaning. To write it as it is, double the $.', placeholder)
      : t('{0} has no meaning. Did you mean {1}?', placeholder, suggestion),
  unclosedPlaceholder: (_, t) => t('{0} is not closed. To write it as it is, double the $.', '${'),
  placeholderNotAllowed: ({ placeholder, allowed }, t) =>
    allowed.length === 0
      ? t("{0} can't be used here: the value must be known beforehand.", placeholder)
      : t(
          "{0} can't be used here, only {1}.",
          placeholder,
          allowed.map((source) => sources[source]).join(', '),
        ),
  plainSecret: ({ key }, t) =>
    t('"{0}" stands in a file that is committed. Write {1} and it is asked for once.', key, '${secret:NAME}'),
};

const tooLarge: Readonly<Record<ProblemDetails['tooLarge']['what'], (t: Translate) => string>> = {
  file: (t) => t('The file is larger than any configuration; it was not read.'),
  nesting: (t) => t('The file is nested too deeply; it was not read.'),
  aliases: (t) => t('The aliases of this file expand to too much; it was not read.'),
};

/** `a | b` as `"a" or "b"`. */
function quoted(names: string, t: Translate): string {
  const words = names.split(' | ').map((name) => `"${name}"`);
  const last = words.pop()!;
  return words.length === 0 ? last : t('{0} or {1}', words.join(', '), last);
}

/** One or two sentences for one problem. */
export function describeProblem(problem: Problem, t: Translate = english): string {
  const text = problemTexts[problem.reason] as (details: unknown, t: Translate) => string;
  return text(problem.details, t);
}

/** What a quick fix does. */
export function describeFix(fix: Fix, t: Translate = english): string {
  return fix.kind === 'quote' ? t('Write {0}', fix.replacement) : t('Change to {0}', fix.replacement);
}

/** What hovering a key or value shows, as Markdown. */
export function describeHover(hover: Hover, t: Translate = english): string {
  const parts = [hover.description ?? hover.name];
  if (hover.allowed) parts.push(t('One of: {0}', hover.allowed.map(code).join(', ')));
  else if (hover.refers) parts.push(t('A name from: {0}', hover.refers.map(code).join(', ')));
  else parts.push(t('Expected: {0}', expectations[hover.expects](t)));
  if (hover.default !== undefined) parts.push(t('Default: {0}', code(hover.default)));
  return parts.join('\n\n');
}

const code = (text: string): string => `\`${text}\``;
