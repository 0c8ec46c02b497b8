import { rename, writeFile } from 'node:fs/promises';
import { Lab, type LabOptions } from '../../test/lab/machines/lab';
import { pairMachines } from '../../test/lab/tomcat/pair';
import { LAB_KINDS, labFolder, stateFile, type LabKind, type RunningLab } from './control';
import { dockerMachines, prepareDocker } from './docker';
import { prepareTomcat } from './tomcat';

interface Scene {
  readonly machines: LabOptions['machines'];
  readonly prepare: (lab: Lab) => Promise<Pick<RunningLab, 'workspace' | 'env' | 'urls'>>;
}

const scenes: Readonly<Record<LabKind, Scene>> = {
  docker: { machines: dockerMachines, prepare: prepareDocker },
  tomcat: { machines: pairMachines, prepare: prepareTomcat },
};

/** The process behind `npm run lab`: the machines are there as long as it is. */
async function main(kind: LabKind): Promise<void> {
  const asked = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  const { machines, prepare } = scenes[kind];
  const lab = await Lab.up({ folder: labFolder(kind), machines });
  try {
    const state: RunningLab = {
      pid: process.pid,
      folder: lab.folder,
      machines: Object.keys(machines),
      ...(await prepare(lab)),
    };
    const file = stateFile(kind);
    await writeFile(`${file}.part`, JSON.stringify(state));
    await rename(`${file}.part`, file);
    await asked;
  } finally {
    await lab.down();
  }
}

main(LAB_KINDS.find((kind) => kind === process.argv[2])!).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
