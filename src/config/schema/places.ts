import { z } from 'zod';
import * as s from './scalars';

/** `address` is read with `readSshAddress` once its placeholders are filled in. */
export type Host = { kind: 'local' } | { kind: 'ssh'; address: string; jump?: string };

export const host = z
  .strictObject({
    ssh: s.sshAddress
      .optional()
      .describe(
        '`[USER@]HOST[:PORT]`, or a Host of `~/.ssh/config`. Known hosts and the agent are honoured.',
      ),
    jump: s.sshHost
      .optional()
      .describe('The host through which this one is reached: a name from here or from `~/.ssh/config`.'),
    local: z.literal(true).meta({ 'x-expects': 'true' }).optional().describe('This machine.'),
  })
  .transform(({ ssh, jump }): Host =>
    ssh === undefined
      ? { kind: 'local' }
      : { kind: 'ssh', address: ssh, ...(jump !== undefined && { jump }) },
  )
  .describe('A machine, reached over SSH, or this one.');

export const tomcat = z
  .strictObject({
    manager: s.url.describe('Address of the Manager application, such as `http://10.0.0.11:8080/manager`.'),
    user: s.credential.describe('A user with the role `manager-script`.'),
    password: s.secret.describe('The password; better `${secret:NAME}` than the text itself.'),
    ca: s.path.optional().describe('A PEM file with the certificate authority of the Manager.'),
    through: s.reference('hosts').optional().describe('The host whose SSH connection leads to the Manager.'),
  })
  .describe('A Tomcat, reached through its Manager application.');

export const cluster = z
  .strictObject({
    context: s.machineText.describe('A context of the kubeconfig.'),
    namespace: s.machineText.default('default').describe('The namespace that is worked in.'),
  })
  .describe('A namespace of a Kubernetes cluster.');
