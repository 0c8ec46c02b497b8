import type { ZipErrorReason } from '../util/zip';
import type { Draft, Facts, Texts } from './message';

/** Where a jar or another ZIP can't be read. `where` is the file. */
export const zipTexts: Texts<ZipErrorReason> = {
  incomplete: ({ t, where }) => ({
    title: t('{0} has no end: it is still being written, or was cut off.', where),
    next: ['retry', 'rebuild'],
  }),
  unsupported: ({ t, where }) => ({
    title: t("{0} is packed in a way that can't be read.", where),
    detail: t('ZIP64, encryption and compressions other than deflate are not supported.'),
    next: ['configureClasses', 'rebuild'],
  }),
};

/** A command that no shell can be given. */
export function unquotable({ t }: Facts): Draft {
  return {
    title: t("A command has an argument with a NUL character, which can't be handed over."),
    next: ['openConfiguration'],
  };
}
