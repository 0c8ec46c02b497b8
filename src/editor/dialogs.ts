import * as vscode from 'vscode';

/** A button of a notification. */
export interface Choice<T> {
  readonly title: string;
  readonly value: T;
}

/** What asks and tells a person; behind a contract, because the editor refuses dialogs in tests. */
export interface Dialogs {
  /** Resolves when a button was pressed, or with undefined when it went away. */
  show<T>(
    kind: 'error' | 'warning' | 'info',
    text: string,
    choices: readonly Choice<T>[],
  ): Promise<T | undefined>;
}

export const editorDialogs: Dialogs = {
  show: async (kind, text, choices) => {
    const show = {
      error: vscode.window.showErrorMessage,
      warning: vscode.window.showWarningMessage,
      info: vscode.window.showInformationMessage,
    }[kind];
    const items = choices.map((choice) => ({ title: choice.title, choice }));
    return (await show(text, ...items))?.choice.value;
  },
};
