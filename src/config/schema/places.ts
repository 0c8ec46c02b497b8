import * as z from 'zod';
import * as s from './scalars';

/**
 * `address` is read with `readSshAddress` once its placeholders are filled in; `reachedAt` is how other machines reach
 * the host, where that is not by the address of SSH.
 */
export type Host = ({ kind: 'local' } | { kind: 'ssh'; address: string; jump?: string }) & {
  reachedAt?: string;
};

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
    address: s.networkAddress
      .optional()
      .describe(
        'How routers on other machines reach the host, where that is not by the address of `ssh`: a name or an IP address.',
      ),
    local: z.literal(true).meta({ 'x-expects': 'true' }).optional().describe('This machine.'),
  })
  .transform(({ ssh, jump, address }): Host => {
    const reached = address === undefined ? {} : { reachedAt: address };
    return ssh === undefined
      ? { kind: 'local', ...reached }
      : { kind: 'ssh', address: ssh, ...(jump !== undefined && { jump }), ...reached };
  })
  .describe('A machine, reached over SSH, or this one.');

export const tomcat = z
  .strictObject({
    manager: s.url.describe('Address of the Manager application, such as `http://10.0.0.11:8080/manager`.'),
    user: s.credential.describe('A user with the role `manager-script`.'),
    password: s.secret.describe('The password; better `${secret:NAME}` than the text itself.'),
    ca: s.path.optional().describe('A PEM file with the certificate authority of the Manager.'),
    through: s.reference('hosts').optional().describe('The host whose SSH connection leads to the Manager.'),
    base: s.machineText
      .optional()
      .describe(
        '`CATALINA_BASE` on the host of `through`, or on this machine: how sessions are kept is read there.',
      ),
    restart: z
      .array(s.machineText)
      .min(1)
      .optional()
      .describe(
        'The command that starts it again, on the host of `through` or on this machine, as a list of words.',
      ),
  })
  .describe('A Tomcat, reached through its Manager application.');

export const cluster = z
  .strictObject({
    context: s.machineText.describe('A context of the kubeconfig.'),
    namespace: s.machineText.default('default').describe('The namespace that is worked in.'),
  })
  .describe('A namespace of a Kubernetes cluster.');
