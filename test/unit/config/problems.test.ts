import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/config/parse';
import type { Problem, ProblemReason } from '../../../src/config/problems';

/** `line:column-column reason`, or with more lines `line:column-line:column reason`. */
function brief({ reason, range: { start, end } }: Problem): string {
  const until = end.line === start.line ? end.column : `${end.line}:${end.column}`;
  return `${start.line}:${start.column}-${until} ${reason}`;
}

async function problems(...lines: string[]): Promise<readonly Problem[]> {
  return (await parseConfig(lines.join('\n'))).problems;
}

async function only<R extends ProblemReason>(
  reason: R,
  ...lines: string[]
): Promise<Extract<Problem, { reason: R }>> {
  const found = await problems(...lines);
  assert.deepEqual(
    found.map((one) => one.reason),
    [reason],
  );
  return found[0] as Extract<Problem, { reason: R }>;
}

/** The text after the fix. */
function fixed(text: string, problem: Problem): string {
  assert.ok(problem.fix);
  const { start, end } = problem.fix.range;
  return text.slice(0, start.offset) + problem.fix.replacement + text.slice(end.offset);
}

describe('problems of a configuration', () => {
  it('gives line, column and offset of a misspelt key, and the key that was meant', async () => {
    const text = 'applications:\n  shop:\n    image: shop\n    helth: { path: / }\n';
    const problem = await only('unknownKey', text);
    assert.deepEqual(problem.range, {
      start: { line: 4, column: 5, offset: 42 },
      end: { line: 4, column: 10, offset: 47 },
    });
    assert.deepEqual(problem.details, { key: 'helth', suggestion: 'health' });
    assert.deepEqual(problem.path, ['applications', 'shop', 'helth']);
    assert.equal(fixed(text, problem), text.replace('helth', 'health'));
  });

  it('suggests no key that is there already or far off', async () => {
    const there = await only('unknownKey', 'applications:', '  a: { smoke: [], smokes: [] }');
    assert.deepEqual(there.details, { key: 'smokes' });
    assert.equal(there.fix, undefined);
    assert.deepEqual((await only('unknownKey', 'zebra: 1')).details, { key: 'zebra' });
  });

  it('counts columns in UTF-16 units and lines across CRLF', async () => {
    const found = await problems('# \u{1F600}\r', 'hosts: { a: { ssh: "ü", lcal: true } } # ✂\r', '');
    assert.deepEqual(found.map(brief), ['2:20-23 wrongFormat', '2:25-29 unknownKey']);
  });

  it('tells a wrong regular expression and a wrong range of versions at their place', async () => {
    const channel = (text: string): string => `environments: { a: { channel: { ${text} } } }`;
    const pattern = await only('wrongFormat', channel('prerelease: "("'));
    assert.deepEqual(pattern.details, { expected: 'regularExpression', value: '(' });
    const range = await only('wrongFormat', channel('versions: "newer than 1"'));
    assert.equal(range.details.expected, 'versionRange');
    assert.deepEqual(await problems(channel('prerelease: "^$", versions: ">=1.0.0 <2"')), []);
  });

  it('reports everything at once, in the order of the text', async () => {
    const found = await problems(
      'hosts:',
      '  web: { ssh: a b }',
      '  web: { local: true }',
      'aplications: {}',
      'environments:',
      '  dev:',
      '    protection: always',
      '    after: nowhere',
      '    jvms: { j: { jdwp: 70000 } }',
    );
    assert.deepEqual(found.map(brief), [
      '2:15-18 wrongFormat',
      '3:3-6 duplicateKey',
      '4:1-12 unknownKey',
      '7:17-23 wrongValue',
      '8:12-19 unknownReference',
      '9:24-29 outOfRange',
    ]);
  });

  it('tells the line where a repeated key stands first', async () => {
    const problem = await only('duplicateKey', 'hosts:', '  a: { local: true }', '  "a": { local: true }');
    assert.deepEqual(problem.details, { key: 'a', firstLine: 2 });
  });

  it('says which value was expected and which was found', async () => {
    const cases: [string, string, string][] = [
      ['hosts: [a]', 'mapping', 'list'],
      ['applications: { a: { classes: target } }', 'list', 'text'],
      ['applications: { a: { image: { name: x } } }', 'text', 'mapping'],
      ['applications: { a: { smoke: [{ get: /, status: ok }] } }', 'httpStatus', 'text'],
      ['hosts: { a: { ssh: } }', 'sshAddress', 'nothing'],
      ['environments: { a: { jvms: { j: { jdwp: true } } } }', 'jdwpAddress', 'boolean'],
    ];
    for (const [text, expected, found] of cases)
      assert.deepEqual((await only('wrongType', text)).details, { expected, found }, text);
  });

  it('points to the key where the value is empty or fills several lines', async () => {
    assert.equal(brief(await only('wrongType', 'hosts:')), '1:1-6 wrongType');
    const long = await only('wrongType', 'applications:', '  a:', '    image:', '      x: 1', '      y: 2');
    assert.equal(brief(long), '3:5-10 wrongType');
  });

  it('offers to quote a number where a text belongs', async () => {
    const text = 'applications: { a: { image: 007 } }';
    const problem = await only('wrongType', text);
    assert.equal(problem.fix?.kind, 'quote');
    const after = fixed(text, problem);
    assert.equal(after, 'applications: { a: { image: "007" } }');
    assert.deepEqual(await problems(after), []);
  });

  it('names a missing key at the entry that lacks it', async () => {
    const problem = await only('missingKey', 'tomcats:', '  t: { user: u, manager: "http://t/manager" }');
    assert.equal(brief(problem), '2:3-4 missingKey');
    assert.deepEqual(problem.details, { key: 'password' });
    const kind = await only('missingKey', 'routers:', '  r:', '    include: a');
    assert.deepEqual([kind.details, brief(kind)], [{ key: 'kind' }, '2:3-4 missingKey']);
    const item = await only('missingKey', 'applications:', '  a:', '    smoke:', '      - status: 200');
    assert.deepEqual([item.details, brief(item)], [{ key: 'get' }, '4:9-20 missingKey']);
  });

  it('asks for one of several keys, but not beside a misspelling of one', async () => {
    assert.deepEqual((await only('missingKey', 'hosts: { a: {} }')).details, { key: 'ssh | local' });
    assert.deepEqual((await only('unknownKey', 'hosts: { a: { loacl: true } }')).details, {
      key: 'loacl',
      suggestion: 'local',
    });
  });

  it('lists the words to choose from and the nearest of them', async () => {
    const text = 'routers: { r: { kind: haprox } }';
    const problem = await only('wrongValue', text);
    assert.equal(problem.details.suggestion, 'haproxy');
    assert.ok(problem.details.allowed.includes('floating-ip'));
    assert.match(fixed(text, problem), /kind: haproxy /);
    const provider = await only('wrongValue', 'routers: { r: { kind: floating-ip, provider: aws } }');
    assert.deepEqual(provider.details, { value: 'aws', allowed: ['digitalocean', 'keepalived'] });
  });

  it('refuses values outside their range and lists that are too short', async () => {
    const app = (run: string) => `applications: { a: { image: i, run: { ${run} } } }`;
    const port = await only('outOfRange', app('port: { env: P, from: 0 }'));
    assert.deepEqual(port.details, { value: 0, least: 1, most: 65_535 });
    const hosts = await only(
      'tooFew',
      'routers: { r: { kind: floating-ip, provider: keepalived, ip: 10.0.0.1, hosts: [a] } }',
    );
    assert.deepEqual(hosts.details, { least: 2 });
  });

  it('keeps names to what containers, folders and tags can carry', async () => {
    for (const name of ['-a', 'a b', 'ä', '__proto__', 'a'.repeat(64)])
      assert.equal((await only('badName', `hosts: { "${name}": { local: true } }`)).details.name, name);
    assert.deepEqual(await problems(`hosts: { constructor: { local: true }, 1: { local: true } }`), []);
  });

  it('keeps numbers in variables as they are written', async () => {
    const app = (value: string) => `applications: { a: { image: i, run: { env: { V: ${value} } } } }`;
    const problem = await only('lossyNumber', app('1.10'));
    assert.deepEqual(problem.details, { written: '1.10', read: '1.1' });
    const { config } = await parseConfig(fixed(app('1.10'), problem));
    const { a } = config!.applications;
    assert.equal(a?.kind === 'image' && a.run.env.V, '1.10');
    assert.deepEqual(await problems(app('8080')), []);
  });

  it('warns about a secret that stands in the file', async () => {
    const text = 'tomcats: { t: { manager: "http://t/manager", user: u, password: hunter2 } }';
    const { config, problems } = await parseConfig(text);
    assert.ok(config, 'a warning does not make the configuration unusable');
    assert.deepEqual(
      problems.map(({ reason, severity }) => [reason, severity]),
      [['plainSecret', 'warning']],
    );
    assert.ok(!JSON.stringify(problems).includes('hunter2'));
  });
});

describe('references in a configuration', () => {
  const places = ['hosts: { web-1: { local: true } }', 'applications: { shop: { image: shop } }'];

  it('must name an entry that exists, and suggests the nearest', async () => {
    const text = [...places, 'environments: { dev: { journal: { host: web1 } } }'].join('\n');
    const problem = await only('unknownReference', text);
    assert.deepEqual(problem.details, { name: 'web1', tables: ['hosts'], suggestion: 'web-1' });
    assert.deepEqual(await problems(fixed(text, problem)), []);
  });

  it('are checked wherever a name is used', async () => {
    const found = await problems(
      ...places,
      'tomcats: { t: { manager: "http://t/m", user: u, password: "${secret:p}", through: h1 } }',
      'routers: { r: { kind: nginx, host: h2, include: /f }, g: { kind: http-route, cluster: c1, name: n } }',
      'environments:',
      '  dev:',
      '    after: e1',
      '    gates: [{ smoke: e2 }]',
      '    jvms: { j: { jdwp: 5005, application: a1, through: h3 } }',
      '    applications: { a2: { targets: [h4], strategy: rolling, router: r1 } }',
    );
    assert.deepEqual(
      found.map((one) => (one.reason === 'unknownReference' ? one.details.name : one.reason)),
      ['h1', 'h2', 'c1', 'e1', 'e2', 'a1', 'h3', 'a2', 'h4', 'r1'],
    );
  });

  it('may leave jump hosts and keepalived hosts to the SSH configuration', async () => {
    assert.deepEqual(await problems('hosts: { a: { ssh: a, jump: bastion } }'), []);
  });

  it('finds circles of jump hosts, once each', async () => {
    const found = await problems(
      'hosts:',
      '  a: { ssh: a, jump: b }',
      '  b: { ssh: b, jump: c }',
      '  c: { ssh: c, jump: a }',
      '  d: { ssh: d, jump: d }',
      '  e: { ssh: e, jump: a }',
    );
    assert.deepEqual(
      found.map((one) => one.reason === 'cycle' && [one.range.start.line, one.details.chain.join()]),
      [
        [4, 'a,b,c,a'],
        [5, 'd,d'],
      ],
    );
  });

  it('finds circles of promotion, smoke gates included', async () => {
    const after = await only('cycle', 'environments: { a: { after: b }, b: { after: a } }');
    assert.deepEqual(after.details, { key: 'after', chain: ['a', 'b', 'a'] });
    const gate = await only('cycle', 'environments: { a: { gates: [{ smoke: b }] }, b: { after: a } }');
    assert.deepEqual(gate.details.chain, ['b', 'a', 'b']);
    assert.deepEqual(await problems('environments: { a: {}, b: { after: a }, c: { after: a } }'), []);
  });

  it('put an application only where its kind belongs', async () => {
    const text = [
      'clusters: { k: { context: c } }',
      ...places,
      'environments: { dev: { applications: { shop: { targets: [web-1, k], strategy: rolling } } } }',
    ];
    const problem = await only('wrongTarget', ...text);
    assert.deepEqual(problem.details, { application: 'shop', kind: 'image', name: 'k', table: 'clusters' });
  });

  it('release nothing that has only classes', async () => {
    const problem = await only(
      'notReleasable',
      'applications: { lib: }',
      'hosts: { here: { local: true } }',
      'environments: { dev: { applications: { lib: { targets: [here], strategy: rolling } } } }',
    );
    assert.deepEqual(problem.details, { application: 'lib' });
  });
});

describe('rules between keys', () => {
  it('refuse keys that exclude each other', async () => {
    const cases: [string, string, string][] = [
      ['applications: { a: { image: i, war: w } }', 'war', 'image'],
      ['applications: { a: { war: w, maven: "g:a" } }', 'maven', 'war'],
      ['hosts: { a: { ssh: a, local: true } }', 'local', 'ssh'],
      ['environments: { e: { gates: [{ approval: 1, smoke: e0 }] }, e0: {} }', 'smoke', 'approval'],
    ];
    for (const [text, key, other] of cases)
      assert.deepEqual((await only('conflictingKeys', text)).details, { key, other }, text);
  });

  it('refuse keys that have no meaning alone', async () => {
    const cases: [string, string, string][] = [
      ['applications: { a: { war: w, run: {} } }', 'run', 'image'],
      ['applications: { a: { context: /a } }', 'context', 'war | maven'],
      ['applications: { a: { war: w, transfer: registry } }', 'transfer', 'image'],
      [
        'applications: { a: { image: i, credentials: { user: u, password: "${secret:p}" } } }',
        'credentials',
        'transfer',
      ],
      ['hosts: { a: { local: true, jump: b } }', 'jump', 'ssh'],
      ['environments: { e: { jvms: { j: { jdwp: 1, container: c } } } }', 'container', 'host'],
      ['environments: { e: { jvms: { j: { jdwp: 1, selector: c } } } }', 'selector', 'cluster'],
    ];
    for (const [text, key, needs] of cases)
      assert.deepEqual((await only('needsKey', text)).details, { key, needs }, text);
  });

  it('refuse keys of another strategy and steps that do not rise', async () => {
    const placed = (keys: string) => [
      'hosts: { h: { local: true } }',
      'applications: { a: { image: i } }',
      `environments: { e: { applications: { a: { targets: [h], ${keys} } } } }`,
    ];
    const hold = await only('needsValue', ...placed('strategy: rolling, hold: 5s'));
    assert.deepEqual(hold.details, { key: 'hold', other: 'strategy', value: 'canary' });
    await only('needsValue', ...placed('strategy: rolling, sessions: keep'));
    const login = 'credentials: { user: u, password: "${secret:p}" }';
    const branches = await only('needsKey', 'applications: { a: { image: i, branches: "^x" } }');
    assert.deepEqual(branches.details, { key: 'branches', needs: 'war | maven' });
    const layers = await only('needsValue', `applications: { a: { image: i, transfer: layers, ${login} } }`);
    assert.deepEqual(layers.details, { key: 'credentials', other: 'transfer', value: 'registry' });
    const steps = await only('stepsOrder', ...placed('strategy: canary, steps: ["5%", "5%"]'));
    assert.equal(steps.path.at(-1), 1);
  });

  it('hold for certificates and the places they are served at', async () => {
    const place = (keys: string): string[] => [
      'hosts: { lb: { local: true } }',
      'tomcats:',
      '  far: { manager: "http://a/manager", user: u, password: "${secret:p}", through: lb }',
      '  here: { manager: "http://a/manager", user: u, password: "${secret:p}" }',
      'certificates:',
      `  www: { pfx: www.pfx, places: [{ ${keys}, serves: "https://a/" }] }`,
      'environments: { production: { certificates: [www] } }',
    ];
    const pem = 'certificate: /a.pem, key: /a.key';
    assert.deepEqual(await problems(...place(`host: lb, ${pem}`)), []);
    assert.deepEqual(await problems(...place(`tomcat: far, ${pem}`)), []);
    const reasons = async (keys: string): Promise<string[]> =>
      (await problems(...place(keys))).map(({ reason }) => reason);
    assert.deepEqual(await reasons(`tomcat: here, ${pem}`), ['needsKey']);
    assert.deepEqual(await reasons(pem), ['missingKey']);
    assert.deepEqual(await reasons('host: lb, certificate: /a.pem'), ['needsKey']);
    assert.deepEqual(await reasons('host: lb, keystore: /a.p12'), ['needsKey']);
    assert.deepEqual(await reasons(`tomcat: far, ${pem}, reload: [x]`), ['conflictingKeys']);
    const plain = await only(
      'wrongFormat',
      ...place(`host: lb, ${pem}`).map((line) => line.replace('https:', 'http:')),
    );
    assert.deepEqual(plain.details.expected, 'httpsUrl');
    const unknown = await only('unknownReference', 'environments: { a: { certificates: [wwww] } }');
    assert.equal(unknown.details.name, 'wwww');
  });
});

describe('placeholders in a configuration', () => {
  const env = (value: string) => `applications: { a: { image: i, run: { env: { V: "${value}" } } } }`;

  it('are known or an error with the nearest one, at their own place', async () => {
    const text = env('x-${enviroment}');
    const problem = await only('unknownPlaceholder', text);
    assert.equal(text.slice(problem.range.start.offset, problem.range.end.offset), '${enviroment}');
    assert.deepEqual(problem.details, { placeholder: '${enviroment}', suggestion: '${environment}' });
    assert.equal(fixed(text, problem), env('x-${environment}'));
    const kind = await only('unknownPlaceholder', env('${secrt:db}'));
    assert.equal(kind.fix?.replacement, '${secret:db}');
    await only('unknownPlaceholder', env('${}'));
    await only('unknownPlaceholder', env('${env:NOT-A-NAME}'));
    await only('unclosedPlaceholder', env('${env:HOME'));
  });

  it('may be written as text by doubling the dollar sign', async () => {
    assert.deepEqual(await problems(env('$${whatever} costs $5')), []);
  });

  it('are refused where their value is not known', async () => {
    const port = await only('placeholderNotAllowed', env('${port}'));
    assert.deepEqual(port.details, { placeholder: '${port}', allowed: ['env', 'release', 'secret'] });
    await only('placeholderNotAllowed', 'clusters: { k: { context: "${version}" } }');
    await only('placeholderNotAllowed', 'applications: { a: { image: "${secret:x}" } }');
  });

  it('leave the form of an address to be checked when they are filled in', async () => {
    assert.deepEqual(
      await problems('environments: { e: { jvms: { j: { jdwp: "localhost:${env:DEBUG_PORT}" } } } }'),
      [],
    );
  });
});
