import * as z from 'zod';
import * as s from './scalars';

const smoke = z
  .strictObject({
    get: s.urlPath.describe('Path that is asked for.'),
    status: s.httpStatus.default(200).describe('The HTTP status that must come back.'),
    contains: s.releaseText.optional().describe('A text that the answer must contain.'),
  })
  .describe('One request that must succeed before users see the release.');

const health = z.strictObject({
  path: s.urlPath.describe('Path that answers with HTTP 200 once the release can serve.'),
  json: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).meta({ 'x-expects': 'scalar' }))
    .optional()
    .describe('Keys of the JSON answer (dots go deeper) and the values they must have.'),
  timeout: s.duration.prefault('60s').describe('How long a release may take to become healthy.'),
});

const warmup = z.strictObject({
  get: z.array(s.urlPath).min(1).describe('Paths that are asked for in turn.'),
  requests: s.count(1).default(100).describe('How many requests are made in all.'),
});

const build = z.strictObject({
  context: s.path
    .default('.')
    .describe('The folder that is sent to the image build; `.dockerignore` is honoured.'),
  before: z
    .array(s.argument)
    .min(1)
    .optional()
    .describe('A command that runs in the workspace first, as a list of words.'),
});

const credentials = z.strictObject({
  user: s.credential.describe('Name of the account.'),
  password: s.secret.describe('Its password or token, such as `${secret:registry}`.'),
});

const run = z.strictObject({
  network: s.releaseText.default('bridge').describe('`host`, `bridge`, or the name of a network.'),
  port: z
    .strictObject({
      env: s.variableName.describe('The environment variable that tells the application its port.'),
      from: s.port.describe('The first free port from here on is taken.'),
    })
    .optional()
    .describe('How the application gets its port.'),
  volumes: z.array(s.volume).default([]).describe('Mounts, as `/on/the/host:/in/the/container[:ro]`.'),
  env: s.environmentVariables.default({}).describe('Environment variables of the container.'),
  restart: s.restartPolicy
    .default('no')
    .describe('`no`, `always`, `unless-stopped` or `on-failure[:TIMES]`.'),
  memory: s.size.optional().describe('The most memory the container may use, such as `512m`.'),
});

const keys = z.strictObject({
  classes: z
    .array(s.path)
    .default([])
    .describe('Folders or jars of compiled classes. Without this key they are found from the build.'),
  sources: z
    .array(s.path)
    .default([])
    .describe('Folders of Java sources. Without this key they are found from the build.'),
  image: s.image.optional().describe('The Docker image, without a tag; it is tagged with the version.'),
  transfer: z
    .enum(['layers', 'registry'])
    .meta({ 'x-expects': 'name' })
    .optional()
    .describe(
      'How the image gets to hosts: the `layers` that a host lacks over SSH (unless said otherwise), or pushed to the `registry` that its name begins with and pulled from there.',
    ),
  credentials: credentials
    .optional()
    .describe("A login of the registry. Without this key Docker's own logins are used."),
  build: build.optional().describe('How the image or the WAR is built.'),
  run: run.optional().describe('How the container is started.'),
  war: s.path.optional().describe('The WAR file for Tomcat.'),
  maven: s.coordinates
    .optional()
    .describe('The WAR as `group:artifact` of a Maven repository, in place of `war`.'),
  context: s.contextPath.optional().describe('The context path in Tomcat, such as `/shop`.'),
  branches: s
    .regularExpression('^feature', '^$')
    .optional()
    .describe(
      'Which versions are of a branch, with a context path of its own: a regular expression on the first part behind the hyphen (`myfeature` of `1.2.1-myfeature.1`). Without this key all but alpha, beta, m, rc, SNAPSHOT and numbers.',
    ),
  manifests: s.path.optional().describe('A folder of Kubernetes manifests: plain YAML or a kustomization.'),
  images: z
    .record(s.name, s.image)
    .optional()
    .describe('Container names of the manifests and the images they get; tagged with the version.'),
  health: health.optional().describe('When a release counts as ready.'),
  smoke: z.array(smoke).default([]).describe('Requests that must succeed before users see a release.'),
  warmup: warmup.optional().describe('Requests made before users see a release.'),
});

type Keys = z.output<typeof keys>;
type Common = Pick<Keys, 'classes' | 'sources' | 'smoke' | 'health' | 'warmup'>;

/** `kind` says where the application can be released to; `classes` means hot swap only. */
export type Application = Common &
  (
    | { kind: 'classes' }
    | {
        kind: 'image';
        image: string;
        build?: Keys['build'];
        run: NonNullable<Keys['run']>;
        transfer: NonNullable<Keys['transfer']>;
        credentials?: Keys['credentials'];
      }
    | {
        kind: 'war';
        artifact: { war: string } | { maven: string };
        build?: Keys['build'];
        context?: string | undefined;
        branches?: string | undefined;
      }
    | { kind: 'manifests'; manifests: string; images: Record<string, string>; build?: Keys['build'] }
  );

function toApplication(given: Keys | null): Application {
  const value = given ?? keys.parse({});
  const { classes, sources, smoke, health, warmup, build, transfer = 'layers', credentials } = value;
  const { context, branches } = value;
  const common: Common = { classes, sources, smoke, health, warmup };
  if (value.image !== undefined)
    return {
      ...common,
      kind: 'image',
      image: value.image,
      build,
      run: value.run ?? run.parse({}),
      transfer,
      credentials,
    };
  if (value.war !== undefined)
    return { ...common, kind: 'war', artifact: { war: value.war }, build, context, branches };
  if (value.maven !== undefined)
    return { ...common, kind: 'war', artifact: { maven: value.maven }, build, context, branches };
  if (value.manifests !== undefined)
    return { ...common, kind: 'manifests', manifests: value.manifests, images: value.images ?? {}, build };
  return { ...common, kind: 'classes' };
}

export const application = keys
  .nullable()
  .transform(toApplication)
  .describe(
    'What is released, or has its classes swapped: an image, a WAR, Kubernetes manifests, or only classes.',
  );
