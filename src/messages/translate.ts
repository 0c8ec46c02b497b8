/**
 * Translates a message and fills `{0}`, `{1}`, ... with the arguments. Same shape as `vscode.l10n.t`, which the
 * editor hands in; messages stand as literals in the calls, so that a translator finds them.
 */
export type Translate = (message: string, ...args: (string | number | boolean)[]) => string;

/** Fills in the arguments and leaves the language as it is. */
export const english: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
