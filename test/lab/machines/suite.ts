import { ensureLabPackages, labUnsupported, type Packages } from '../../../scripts/support/labPackages';
import { silentLog } from '../../../src/contracts/log';
import { decliningPrompter } from '../../../src/contracts/prompter';
import { SshHosts } from '../../../src/transport/ssh/hosts';
import { skip } from '../../support/skip';
import { Lab, type LabOptions } from './lab';

/** A lab for all tests of a `describe`. */
export interface LabSuite {
  readonly lab: Lab;
  /** Its machines over SSH, through connections kept for all tests. */
  readonly hosts: SshHosts;
}

/** To be called in a `describe`: brings the machines up before its tests and takes them down after; skips where that can't be. */
export function useLab(options: LabOptions, packages: Packages = {}): LabSuite {
  let lab: Lab | undefined;
  let hosts: SshHosts | undefined;
  before(async function () {
    // Servers may have to be installed.
    this.timeout(600_000);
    const unsupported = labUnsupported(packages);
    if (unsupported) skip(this, unsupported);
    await ensureLabPackages(packages);
    lab = await Lab.up(options);
    const environment = lab.environment();
    hosts = new SshHosts(lab.hostSpecs(), { prompter: decliningPrompter, log: silentLog, environment });
  });
  after(async function () {
    this.timeout(60_000);
    hosts?.dispose();
    await lab?.down();
  });
  return {
    get lab() {
      return lab!;
    },
    get hosts() {
      return hosts!;
    },
  };
}
