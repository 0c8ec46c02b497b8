import type { LogEnd } from '../targets/docker/manage/logs';
import { describe } from './describe';
import type { Translate } from './translate';

/** Why a log ended. */
export function logEnded(end: LogEnd, container: string, t: Translate): string {
  switch (end.why) {
    case 'stopped':
      if (end.outOfMemory)
        return t('{0} was ended: it used more memory than it may (exit code {1}).', container, end.exitCode);
      return t('{0} has ended with exit code {1}.', container, end.exitCode);
    case 'removed':
      return t('{0} was removed.', container);
    case 'lost': {
      const { title, detail } = describe(end.error, { t });
      return detail === undefined ? title : `${title} ${detail}`;
    }
  }
}
