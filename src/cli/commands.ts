import type { Register } from './command';
import { registerCheck } from './check';
import { registerCompare } from './compare';
import { registerConvert } from './convert';
import { registerAddress } from './deploy/address';
import { registerCertificates } from './deploy/certificates';
import { registerFleet } from './deploy/fleet';
import { registerBranches } from './deploy/branches';
import { registerPlans } from './deploy/plans';
import { registerRecover } from './deploy/recover';
import { registerStatus } from './deploy/status';
import { registerHistory } from './history';
import { registerJvm } from './jvm';
import { registerPredict } from './predict';
import { registerSchema } from './schema';
import { registerSwap } from './swap';
import { registerUndo } from './undo';

/** Every command, in the order of the help. */
export const commands: readonly Register[] = [
  registerJvm,
  registerSwap,
  registerPredict,
  registerCompare,
  registerPlans,
  registerStatus,
  registerCertificates,
  registerFleet,
  registerAddress,
  registerBranches,
  registerRecover,
  registerConvert,
  registerUndo,
  registerHistory,
  registerCheck,
  registerSchema,
];
