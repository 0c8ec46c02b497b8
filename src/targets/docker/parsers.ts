import * as z from 'zod';
import type { Answer, ParserTable } from '../../contracts/deployCall';
import type { Json, JsonObject } from '../../util/json';
import { readContainers } from './containers';
import { EngineError } from './errors';
import { readWork } from './messages';
import { readConnections, readFreePort, readTaken } from './ports';

const state = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({
    Status: z.string(),
    Running: z.boolean(),
    Restarting: z.boolean().default(false),
    Pid: z.number(),
    ExitCode: z.number(),
    OOMKilled: z.boolean().default(false),
    Error: z.string().default(''),
  }),
  RestartCount: z.number().default(0),
});

/** The parsers of the Docker target, for the runner's table. */
export const dockerParsers = {
  'docker.containers': (answer) => readContainers(JSON.parse(text(answer))) as unknown as Json,
  'docker.running': readRunning,
  'docker.work': (answer) => {
    const report = readWork(answer);
    if (!report.ok) throw new EngineError('workFailed', report.error, { said: report.error });
    return report;
  },
  'docker.freePort': readFreePort,
  'docker.connections': readConnections,
  'docker.taken': readTaken,
} satisfies ParserTable;

/**
 * Parses `GET /containers/ID/json` of a container that should run: `id` and `pid`.
 * Throws `EngineError` `ended` for one that does not run, or was started again by its restart policy.
 */
function readRunning(answer: Answer): JsonObject {
  const { Id, Name, State, RestartCount } = state.parse(JSON.parse(text(answer)));
  if (!State.Running || State.Restarting || RestartCount > 0)
    throw new EngineError('ended', `${Name} has ended: ${State.Status}, exit code ${State.ExitCode}`, {
      container: Name.slice(1),
      state: State.Status,
      exitCode: State.ExitCode,
      outOfMemory: State.OOMKilled,
      said: State.Error,
    });
  return { id: Id, pid: State.Pid };
}

function text({ body }: Answer): string {
  if (typeof body !== 'string') throw new Error('the answer has no body');
  return body;
}
