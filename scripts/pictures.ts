import { copyFile, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { Driver } from './host/driver';
import { startWorkbench } from './host/workbench';
import { startLab, stopLab } from './lab/control';
import { startReplicas } from './sample/replicas';
import { startSample, type Sample } from './sample/sample';
import { answers, editAndSave, say, welcomeLine } from './story/editAndSave';
import { configureStory, playDeploy } from './story/deploy';
import { playTomcats, startTomcatsStory } from './story/tomcats';
import { commandFolder, forgetServer, playReplicas } from './story/replicas';
import { outDir, root } from './support/paths';
import { run } from './support/run';

/**
 * npm run pictures [-- THEME ... PART ...]: takes pictures of the running product in each kind of theme, or those named,
 * `out/pictures/THEME/NAME.png`, and keeps the README's in `media/readme`. Parts: `sample`, `replicas`,
 * `deploy`, `tomcats`.
 */
const themes: Readonly<Record<string, { name: string; media: Parameters<Page['emulateMedia']>[0] }>> = {
  dark: { name: 'Default Dark Modern', media: { colorScheme: 'dark' } },
  light: { name: 'Default Light Modern', media: { colorScheme: 'light' } },
  // The editor takes these only where the desktop asks for high contrast.
  'high-contrast': {
    name: 'Default High Contrast',
    media: { colorScheme: 'dark', forcedColors: 'active' },
  },
  'high-contrast-light': {
    name: 'Default High Contrast Light',
    media: { colorScheme: 'light', forcedColors: 'active' },
  },
};

/** Pictures that are kept with the sources, by name. */
const readme = {
  'hero.png': path.join('dark', 'swap.png'),
  'refused.png': path.join('light', 'refused.png'),
  'compare.png': path.join('dark', 'compare.png'),
  'undo.png': path.join('dark', 'undo.png'),
  'fleet.png': path.join('dark', 'fleet.png'),
  'ssh.png': path.join('dark', 'ssh.png'),
  'terminal.png': path.join('dark', 'terminal.png'),
  'plan.png': path.join('light', 'plan.png'),
  'traffic.png': path.join('dark', 'traffic.png'),
  'containers.png': path.join('dark', 'containers.png'),
  'tomcats.png': path.join('dark', 'tomcats.png'),
  'deploy-terminal.png': path.join('dark', 'deploy-terminal.png'),
};
const committed = path.join(root, 'media', 'readme');
const picturesOf = (theme: string): string => path.join(outDir, 'pictures', theme);

/** A terminal whose prompt tells nothing of the machine. */
const terminal = {
  'terminal.integrated.profiles.linux': { sh: { path: '/bin/sh', env: { PS1: '$ ' } } },
  'terminal.integrated.defaultProfile.linux': 'sh',
  'terminal.integrated.shellIntegration.enabled': false,
  // Its text can be read in the page.
  'terminal.integrated.gpuAcceleration': 'off',
  'editor.minimap.enabled': false,
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
};

async function take(sample: Sample, theme: string): Promise<void> {
  const { name, media } = themes[theme]!;
  const workbench = await startWorkbench({
    workspace: sample.workspace.dir,
    extensions: [root],
    theme: name,
    onPage: (page) => page.emulateMedia(media),
    settings: terminal,
    viewport: { width: 1180, height: 680 },
  });
  const driver = new Driver(workbench.page, picturesOf(theme));
  try {
    await driver.ready();
    await driver.openContainer('Swapdeck');
    const jvm = driver.row('Environments', 'hello-local');
    await driver.rowAction(jvm, 'Attach');
    await driver.hasText(jvm, `Java ${sample.jdk.major}`);
    // Whatever else runs on the machine that takes the picture.
    await driver.fold(driver.row('Environments', 'On this machine'));

    await driver.openFile('Greeting.java');
    await driver.openTerminal();
    await driver.runInTerminal(`curl ${sample.service.url}`);
    await driver.terminalHas('Hello, world!');
    // The compiler is warm when the picture is taken.
    for (const answer of ['One.', 'Two.', 'Three.']) await editAndSave(driver, sample, say(answer));
    await editAndSave(driver, sample, say('Hello, Swapdeck!'));
    await driver.runInTerminal(`curl ${sample.service.url}`);
    await driver.terminalHas('Hello, Swapdeck!');
    await driver.openFile('Greeting.java', welcomeLine);
    await driver.tooltip(driver.statusItem(/\d+ class/));
    await driver.picture('swap');

    await driver.command('View: Toggle Panel Visibility');
    await driver.openFile('Greeting.java', welcomeLine + 1);
    await driver.replaceLine(
      '    }\n\n    static String signature() {\n        return "Yours, Swapdeck";\n    }',
    );
    await driver.save();
    await driver.notification('a method was added').waitFor();
    await driver.picture('refused');
    await driver.focusEditor();
    await driver.press(driver.notification('a method was added'), 'Undo the Edit');
    await driver.editorLine('signature').waitFor({ state: 'hidden' });
    await editAndSave(driver, sample, say('Hello, world!'));
    await answers(sample, 'Hello, world!');
  } catch (error) {
    await driver.picture('failed');
    throw error;
  } finally {
    await workbench.close();
  }
}

/** A workbench in a theme, with `swapdeck` in its terminal. A picture is kept of what could not go on. */
async function inWorkbench(
  theme: string,
  place: {
    readonly workspace: string;
    readonly env: Readonly<Record<'HOME', string>>;
    readonly height: number;
  },
  play: (driver: Driver) => Promise<void>,
): Promise<void> {
  const { name, media } = themes[theme]!;
  const folder = await commandFolder(place.env.HOME);
  const workbench = await startWorkbench({
    workspace: place.workspace,
    extensions: [root],
    theme: name,
    onPage: (page) => page.emulateMedia(media),
    settings: {
      ...terminal,
      'terminal.integrated.profiles.linux': {
        sh: { path: '/bin/sh', env: { PS1: '$ ', PATH: `${folder}:${process.env.PATH}` } },
      },
    },
    viewport: { width: 1180, height: place.height },
    env: place.env,
  });
  const driver = new Driver(workbench.page, picturesOf(theme));
  try {
    await driver.ready();
    await play(driver);
  } catch (error) {
    await driver.picture('failed');
    throw error;
  } finally {
    await workbench.close();
  }
}

async function takeReplicas(theme: string): Promise<void> {
  const replicas = await startReplicas(3);
  try {
    await forgetServer(replicas);
    const place = { workspace: replicas.workspace.dir, env: { HOME: replicas.home }, height: 680 };
    await inWorkbench(theme, place, (driver) =>
      playReplicas(driver, replicas, (picture) => driver.picture(picture)),
    );
  } finally {
    await replicas.close();
  }
}

async function takeDeploy(theme: string): Promise<void> {
  const lab = await startLab();
  try {
    await configureStory(lab);
    const env = { HOME: path.join(lab.folder, 'home'), ...lab.env };
    await inWorkbench(theme, { workspace: lab.workspace, env, height: 760 }, (driver) =>
      playDeploy(driver, lab, (picture) => driver.picture(picture)),
    );
  } finally {
    await stopLab();
  }
}

async function takeTomcats(theme: string): Promise<void> {
  const story = await startTomcatsStory();
  try {
    const env = { HOME: story.home, SWAPDECK_STATE: path.join(story.home, 'state') };
    await inWorkbench(theme, { workspace: story.workspace, env, height: 680 }, (driver) =>
      playTomcats(driver, (picture) => driver.picture(picture)),
    );
  } finally {
    await story.close();
  }
}

async function takeSample(theme: string): Promise<void> {
  const sample = await startSample();
  try {
    await take(sample, theme);
  } finally {
    await sample.close();
  }
}

const parts: Readonly<Record<string, (theme: string) => Promise<void>>> = {
  sample: takeSample,
  replicas: takeReplicas,
  deploy: takeDeploy,
  tomcats: takeTomcats,
};

async function main(): Promise<void> {
  const chosen = process.argv.slice(2);
  const of = (all: object): string[] => {
    const named = Object.keys(all).filter((name) => chosen.includes(name));
    return named.length > 0 ? named : Object.keys(all);
  };
  const unknown = chosen.find((name) => !(name in themes) && !(name in parts));
  if (unknown !== undefined) throw new Error(`There is no theme and no part ${unknown}.`);
  await run(process.execPath, [path.join(root, 'scripts', 'build.mjs')], { show: true });
  const started = Date.now();
  for (const part of of(parts)) for (const theme of of(themes)) await parts[part]!(theme);
  await mkdir(committed, { recursive: true });
  for (const [name, picture] of Object.entries(readme)) {
    const taken = path.join(outDir, 'pictures', picture);
    const { mtimeMs } = await stat(taken).catch(() => ({ mtimeMs: 0 }));
    if (mtimeMs >= started) await copyFile(taken, path.join(committed, name));
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
