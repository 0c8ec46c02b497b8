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
  /** A question that must be answered first; resolves to whether the button was pressed. */
  confirm(text: string, detail: string, button: string): Promise<boolean>;
  /** A line that is typed; undefined when the person gave up. */
  input(options: vscode.InputBoxOptions): Promise<string | undefined>;
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
  confirm: async (text, detail, button) =>
    (await vscode.window.showWarningMessage(text, { modal: true, detail }, button)) === button,
  input: async (options) => vscode.window.showInputBox({ ignoreFocusOut: true, ...options }),
};

/** Dialogs that a test can answer: the editor refuses modal ones there. */
export class ReplaceableDialogs implements Dialogs {
  current: Dialogs = editorDialogs;

  show<T>(
    kind: 'error' | 'warning' | 'info',
    text: string,
    choices: readonly Choice<T>[],
  ): Promise<T | undefined> {
    return this.current.show(kind, text, choices);
  }

  confirm(text: string, detail: string, button: string): Promise<boolean> {
    return this.current.confirm(text, detail, button);
  }

  input(options: vscode.InputBoxOptions): Promise<string | undefined> {
    return this.current.input(options);
  }
}
