import * as vscode from 'vscode';

/** A table of names and values under a title; what has no value has no line. */
export function table(
  title: string,
  rows: readonly (readonly [string, string | undefined])[],
): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown(`| ${escape(title)} | |\n|---|---|\n`);
  for (const [name, value] of rows)
    if (value !== undefined && value !== '') text.appendMarkdown(`| ${escape(name)} | ${escape(value)} |\n`);
  return text;
}

function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&');
}
