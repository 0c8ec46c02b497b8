import type * as vscode from 'vscode';
import { kindOf, nameOf } from '../../environments/operations';
import type { Disposable } from '../../util/disposables';
import type { App } from '../app';
import { t } from '../text';

/** Days on which a person was warned, by the id of the certificate in its environment. */
const KEY = 'certificates.warned';

/** Warns of certificates that end soon, once they are looked at; of each at most once a day. */
export function warnOfEnding({ applications, notifier, context }: App): Disposable {
  return applications.onDidChange((id) => {
    const placed = applications.deployable.find((each) => each.id === id);
    if (!placed || kindOf(placed.application) !== 'certificate') return;
    const { value, loading } = applications.operations.look(placed);
    if (loading || !value?.marks.includes('ending') || !isFirstToday(context.globalState, placed.id)) return;
    void import('../../messages/certificates').then(({ endingCertificate }) => {
      const name = nameOf(placed.application);
      const message = endingCertificate(name, placed.environment, value.words[0] ?? '', t);
      notifier.tell('warning', message, { deployment: placed });
    });
  });
}

function isFirstToday(state: vscode.Memento, id: string): boolean {
  const today = new Date().toISOString().slice(0, 10);
  const warned = state.get<Readonly<Record<string, string>>>(KEY, {});
  if (warned[id] === today) return false;
  // Those of other days have served their turn.
  const kept = Object.fromEntries(Object.entries(warned).filter(([, day]) => day === today));
  void state.update(KEY, { ...kept, [id]: today });
  return true;
}
