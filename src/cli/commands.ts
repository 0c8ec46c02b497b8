import type { Register } from './command';
import { registerCheck } from './check';
import { registerSchema } from './schema';

/** Every command, in the order of the help. */
export const commands: readonly Register[] = [registerCheck, registerSchema];
