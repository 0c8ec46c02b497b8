export function npm(
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; node?: string },
): Promise<void>;
export function ensureDependencies(root: string): Promise<void>;
