import type { Phase, RouterState, Step, TargetState } from '../contracts/deploy';
import { literal, type Call, type CommandCall, type Expectation } from '../contracts/deployCall';
import { activate, idle, jkMembers, recover, sound, type ModJkOptions } from '../routers/modJk';
import type { Activation } from '../routers/modJkAnswers';
import { contextName, type Context } from '../targets/tomcat/listing';
import type { ContextId, ManagerCalls } from '../targets/tomcat/manager';

/** A node that is to start again. */
export interface RestartedNode {
  readonly name: string;
  readonly calls: ManagerCalls;
  /** What starts it again. */
  readonly restart: Pick<CommandCall, 'host' | 'argv'>;
  /** What it has before. */
  readonly contexts: readonly ContextId[];
  readonly running: ReadonlySet<ContextId>;
  /** Pages that prove that it serves. */
  readonly smoke: readonly Call[];
}

export interface FleetRoute {
  readonly options: ModJkOptions;
  readonly state: RouterState;
  /** The longest time requests have to end. */
  readonly drainMs: number;
}

/** The longest time that a server may take to start with all its applications. */
const START_MS = 300_000;

/**
 * Nodes start again one after another: each leaves the balancer, finishes its requests, and comes back when it serves what it
 * served before. Pure.
 */
export function restartSteps(route: FleetRoute, nodes: readonly RestartedNode[]): Step[] {
  let { state } = route;
  const steps: Step[] = [];
  for (const node of nodes) {
    const before = activationOf(state, node.name);
    const out = leave({ ...route, state }, node.name);
    const back = comeBack({ ...route, state: out.state }, node.name, before);
    steps.push(...out.steps, waitStep(route, node.name), restartStep(node), ...back.steps);
    state = back.state;
  }
  return steps;
}

/** A node gets no users any more: those with a session go elsewhere, too, unless they are to stay. Pure. */
export function drainSteps(route: FleetRoute, node: string, staying: boolean): Step[] {
  if (!staying) {
    const { steps } = leave(route, node);
    return steps.length > 0 ? [...steps, waitStep(route, node)] : [];
  }
  return [...routed(route, node, 'disabled', `Send nobody new to ${node}`, 'disable').steps];
}

/** A node gets users again. Pure. */
export function activateSteps(route: FleetRoute, node: string): Step[] {
  return [...comeBack(route, node, 'active').steps];
}

export function activationOf(state: RouterState, node: string): Activation {
  return jkMembers(state).find(({ name }) => name === node)?.activation ?? 'stopped';
}

interface Course {
  readonly steps: readonly Step[];
  /** How the balancer is after the steps. */
  readonly state: RouterState;
}

function leave(route: FleetRoute, node: string): Course {
  const title = `Send nobody new to ${node}`;
  const first = routed(route, node, 'disabled', title, 'disable');
  const second = routed(
    { ...route, state: first.state },
    node,
    'stopped',
    `Send the users of ${node} elsewhere, with their sessions`,
    'stop',
  );
  return { steps: [...first.steps, ...second.steps], state: second.state };
}

function waitStep({ options, drainMs }: FleetRoute, node: string): Step {
  return {
    ...step(node, 'idle', `Wait until ${node} has no request left`, 'drain'),
    do: idle(options, node, drainMs, 'fail'),
    verify: [],
    undo: [],
  };
}

function comeBack(route: FleetRoute, node: string, to: Activation): Course {
  const title = to === 'active' ? `Send users to ${node}` : `Leave ${node} as it was: ${to}`;
  const { steps, state } = routed(route, node, to, title, 'activate');
  return {
    steps: steps.map((each) => ({
      ...each,
      // mod_jk remembers for a minute that a node did not answer.
      do: [...recover(route.options, node), ...each.do],
      verify: [...each.verify, ...(to === 'active' ? sound(route.options, node) : [])],
    })),
    state,
  };
}

/** One change of the balancer; no step where it is so already. */
function routed(
  { options, state }: FleetRoute,
  node: string,
  to: Activation,
  title: string,
  name: string,
): Course {
  const from = activationOf(state, node);
  // What is stopped is disabled, too.
  if (to === 'disabled' && from === 'stopped' && name === 'disable') return { steps: [], state };
  const change = activate(options, state, node, to);
  if (change.do.length === 0) return { steps: [], state };
  const { do: calls, verify, undo } = change;
  return { steps: [{ ...step(node, name, title, 'route'), do: calls, verify, undo }], state: change.after };
}

function restartStep({ name, calls, restart, contexts, running, smoke }: RestartedNode): Step {
  const process = calls.process();
  const serves = (is: 'contains' | 'lacks', ids: readonly ContextId[]): Expectation[] =>
    ids.map((id) => ({ path: 'value.running', is, value: literal(contextName(id.path, id.version)) }));
  const list = calls.list();
  const up = contexts.filter((id) => running.has(id));
  const down = contexts.filter((id) => !running.has(id));
  const until = { intervalMs: 250, deadlineMs: START_MS };
  const isUp: Call = {
    ...list,
    note: 'it serves what it served',
    expect: [...(list.expect ?? []), ...serves('contains', up)],
    until,
  };
  // A server starts all that it has.
  const stopAgain = down.map((id) => calls.stop(id));
  return {
    ...step(name, 'restart', `Start ${name} again`, 'start'),
    do: [
      { ...process, note: 'the process before', binds: { [`${name}.process`]: 'value' } },
      { via: 'command', ...restart },
      {
        ...process,
        note: 'another process answers',
        expect: [...process.expect, { path: 'value', is: 'differs', value: `\${${name}.process}` }],
        until,
      },
      isUp,
      ...stopAgain,
    ],
    verify: [
      { ...list, expect: [...(list.expect ?? []), ...serves('contains', up), ...serves('lacks', down)] },
      ...smoke,
    ],
    // It can't be as if it had not been started, but it must serve before it gets users again.
    undo: [isUp, ...stopAgain],
  };
}

function step(
  on: string,
  name: string,
  title: string,
  phase: Phase,
): Pick<Step, 'id' | 'title' | 'on' | 'phase' | 'again'> {
  return { id: `${on}/${name}`, title, on, phase, again: 'repeat' };
}

/** What a node has, as an inspection keeps it. */
export function nodeState(node: string, contexts: readonly Context[]): TargetState {
  const names = (which: boolean): string[] =>
    contexts
      .filter(({ running }) => running === which)
      .map(({ path, version }) => contextName(path, version));
  return {
    target: node,
    older: [],
    pending: [],
    facts: { running: names(true), stopped: names(false) },
  };
}
