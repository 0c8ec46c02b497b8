import type { Release } from '../../contracts/deploy';
import { literal } from '../../contracts/deployCall';
import { findPlaceholders, type NamedValue } from '../../config/placeholders';

/**
 * A text of the configuration as a text of a call: the values of the release are filled in, secrets stay
 * placeholders, which only the runner fills in, and all else stands for itself. Variables of this machine's
 * environment are to be filled in before; ones that are left become empty.
 */
export function callText(text: string, environment: string, { version, git }: Release): string {
  const values: Partial<Record<NamedValue, string>> = {
    environment,
    version,
    ...(git && { sha: git.sha }),
    ...(git?.branch !== undefined && { branch: git.branch }),
  };
  let result = '';
  let from = 0;
  const plain = (end: number): string => literal(text.slice(from, end).replaceAll('$${', '${'));
  for (const placeholder of findPlaceholders(text)) {
    result += plain(placeholder.start);
    from = placeholder.end;
    if (placeholder.kind === 'secret') result += `\${secret:${placeholder.name}}`;
    else if (placeholder.kind === 'value') result += literal(values[placeholder.name] ?? '');
    else if (placeholder.kind !== 'env') result += literal(text.slice(placeholder.start, placeholder.end));
  }
  return result + plain(text.length);
}
