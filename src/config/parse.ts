import type { SwapdeckConfig } from './model';
import type { Problem } from './problems';

export interface ParsedConfig {
  /** Present when there is no error; warnings don't count. */
  readonly config?: SwapdeckConfig;
  /** In the order of the text. The words for them are made by `src/messages/config.ts`. */
  readonly problems: readonly Problem[];
}

/** Reads `swapdeck.yaml`. Bad input is told in `problems`; nothing is thrown for it. */
export async function parseConfig(text: string): Promise<ParsedConfig> {
  const { analyse } = await import('./engine');
  const { config, problems } = analyse(text);
  return { problems, ...(config && { config }) };
}

/** The schema file for other editors: JSON schema, draft 7. */
export async function jsonSchema(): Promise<object> {
  const { schemaTree } = await import('./engine');
  return schemaTree();
}
