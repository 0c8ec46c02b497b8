import * as vscode from 'vscode';
import type { JvmSession } from '../../hotswap/model';
import { describeJvmError } from '../../messages/describe';
import type { JvmEntry } from '../entries';
import { t } from '../text';

/** What is known of a JVM; loaded with the first row. */
export function jvmTooltip(entry: JvmEntry, session: JvmSession | undefined): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.appendMarkdown(`**${escape(entry.name)}**  \n${escape(entry.description)}\n\n`);
  if (entry.unsupported !== undefined) text.appendMarkdown(escape(entry.unsupported));
  if (!session) return text;
  const { state } = session;
  if (state.kind === 'waiting') {
    const { title, detail } = describeJvmError(state.error, { t, where: entry.name });
    text.appendMarkdown(`${escape(title)}\n\n${escape(detail ?? '')}\n\n`);
    if (state.retryAt !== Infinity)
      text.appendMarkdown(escape(t('Attempt {0}; it is tried again.', state.attempt)));
  }
  if (state.kind === 'attached') {
    const { vmName, version, loadedClasses, exposed } = state.info;
    text.appendMarkdown(`${escape(vmName)} ${escape(version)}  \n`);
    text.appendMarkdown(`${escape(t('{0} classes loaded when attached', loadedClasses))}  \n`);
    for (const { path } of session.classRoots)
      text.appendMarkdown(`${escape(t('Class root: {0}', path))}  \n`);
    if (session.classRoots.length === 0)
      text.appendMarkdown(`$(warning) ${escape(t('No class roots found'))}  \n`);
    if (exposed)
      text.appendMarkdown(`$(warning) ${escape(t('The debug port is open to other machines.'))}  \n`);
    if (session.pending.length > 0) {
      const shown = session.pending.slice(0, 10).map(escape).join('  \n');
      text.appendMarkdown(`\n${escape(t('Swapped as soon as the JVM prepares them:'))}  \n${shown}`);
    }
  }
  return text;
}

function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&');
}
