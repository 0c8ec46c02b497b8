import * as vscode from 'vscode';
import type { Plan } from '../../../contracts/deploy';
import { EnvironmentError } from '../../../environments/errors';
import type { Fleet, FleetChoice } from '../../../environments/fleet';
import { nameOf } from '../../../environments/operations';
import { describe } from '../../../messages/describe';
import type { Receipt } from '../../../contracts/deployRecord';
import { AbortedError } from '../../../util/errors';
import type { App } from '../../app';
import { deployByPlan } from '../../deploy/flow';
import type { PlacedApplication } from '../../deploy/placed';
import type { OperationPart } from '../../operations/model';
import { t } from '../../text';
import { chooseOperation, choosePart } from './chooseOperation';

/** All nodes start again one after another, or the one of the row. */
export async function restartNodes(app: App, node?: unknown): Promise<Receipt | undefined> {
  const placed = await chooseOperation(app, 'fleet', t('Restart Nodes'), node);
  if (!placed) return undefined;
  const one =
    typeof node === 'object' && node !== null && 'part' in node ? (node.part as OperationPart) : undefined;
  const nodes = one ? [one.name] : [];
  return byPlan(app, placed, (fleet, choice, signal) => fleet.restartPlan(nodes, choice, signal));
}

/** A node gets no users any more; asks whether those with a session stay. */
export async function drainNode(app: App, node?: unknown): Promise<Receipt | undefined> {
  const placed = await chooseOperation(app, 'fleet', t('Drain a Node'), node);
  if (!placed) return undefined;
  const title = t('Drain a Node Behind {0}', nameOf(placed.application));
  const name = await choosePart(app, placed, title, node, ({ marks }) => !marks.includes('stopped'));
  if (name === undefined) return undefined;
  const ways = [
    {
      label: t('Move Everybody to Other Nodes'),
      detail: t('Requests end first; users keep their sessions where the nodes share a store.'),
      staying: false,
    },
    {
      label: t('Send Nobody New'),
      detail: t('Users with a session stay until it ends.'),
      staying: true,
    },
  ];
  const way = await vscode.window.showQuickPick(ways, { title: t('Drain {0}', name) });
  if (!way) return undefined;
  return byPlan(app, placed, (fleet, choice, signal) =>
    fleet.drainPlan(name, { ...choice, staying: way.staying }, signal),
  );
}

/** A node gets users again. */
export async function activateNode(app: App, node?: unknown): Promise<Receipt | undefined> {
  const placed = await chooseOperation(app, 'fleet', t('Activate a Node'), node);
  if (!placed) return undefined;
  const title = t('Activate a Node Behind {0}', nameOf(placed.application));
  const name = await choosePart(app, placed, title, node, ({ marks }) => !marks.includes('active'));
  if (name === undefined) return undefined;
  return byPlan(app, placed, (fleet, _choice, signal) => fleet.activatePlan(name, signal));
}

/** Where users would lose their sessions the person is asked, and the plan is made all the same. */
function byPlan(
  app: App,
  placed: PlacedApplication,
  make: (fleet: Fleet, choice: FleetChoice, signal: AbortSignal) => Promise<Plan>,
): Promise<Receipt | undefined> {
  const title = t('Looking at the nodes behind {0}', nameOf(placed.application));
  return deployByPlan<Fleet>(app, placed, title, async (fleet, signal) => {
    try {
      return await make(fleet, {}, signal);
    } catch (error) {
      if (!(error instanceof EnvironmentError) || error.reason !== 'sessionsAtRisk') throw error;
      const { title: text, detail = '' } = describe(error, { t });
      if (!(await app.dialogs.confirm(text, detail, t('Go On, Sessions Are Lost'))))
        throw new AbortedError(title);
      return make(fleet, { loseSessions: true }, signal);
    }
  });
}
