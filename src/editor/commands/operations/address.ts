import type { Receipt } from '../../../contracts/deployRecord';
import type { AddressMove } from '../../../environments/addressMove';
import { nameOf } from '../../../environments/operations';
import type { App } from '../../app';
import { deployByPlan } from '../../deploy/flow';
import { t } from '../../text';
import { chooseOperation, choosePart } from './chooseOperation';

/** An address goes to the host of the row, else to one that is chosen. */
export async function moveAddress(app: App, node?: unknown): Promise<Receipt | undefined> {
  const placed = await chooseOperation(app, 'address', t('Move an Address'), node);
  if (!placed) return undefined;
  const name = nameOf(placed.application);
  const host = await choosePart(app, placed, t('Move {0} To', name), node, ({ marks }) =>
    marks.includes('ready'),
  );
  if (host === undefined) return undefined;
  return deployByPlan<AddressMove>(app, placed, t('Looking at the hosts of {0}', name), (move, signal) =>
    move.plan(host, signal),
  );
}
