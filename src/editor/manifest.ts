import {
  colors,
  commands,
  container,
  languages,
  settings,
  views,
  type CommandRow,
  type SettingRow,
} from './contributions';
import { walkthrough, type WalkthroughStep } from './walkthrough';
import { welcome } from './welcome';

/**
 * Turns the tables into what package.json and package.nls.json must say. Texts appear in the manifest as
 * `%key%`, and under the same key in `nls`.
 */
export interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: object;
  readonly contributes: object;
  readonly nls: Readonly<Record<string, string>>;
}

export function manifest(): Manifest {
  const nls: Record<string, string> = {};
  const text = (key: string, value: string): string => {
    nls[key] = value;
    return `%${key}%`;
  };
  text('displayName', 'Swapdeck');
  text(
    'description',
    'From save to production without downtime: hot swap for running JVMs, previewed and provable deployments.',
  );
  return {
    // Commands and views activate by themselves; a configuration is validated as soon as its folder is open. The
    // scheme is that of bytecode documents: a diff that a window had open is restored with it.
    activationEvents: ['workspaceContains:swapdeck.yaml', 'onFileSystem:swapdeck-class'],
    capabilities: {
      untrustedWorkspaces: {
        supported: 'limited',
        description: text(
          'capabilities.untrustedWorkspaces',
          'Only swapdeck.yaml is validated: attaching to JVMs and compiling need a trusted workspace.',
        ),
        restrictedConfigurations: ['swapdeck.jdks', 'swapdeck.compileOnSave'],
      },
      virtualWorkspaces: {
        supported: false,
        description: text(
          'capabilities.virtualWorkspaces',
          'Class files and compilers need real folders; a virtual workspace has none.',
        ),
      },
    },
    contributes: {
      commands: Object.entries(commands).map(([id, row]) => commandEntry(id, row, text)),
      menus: menus(),
      viewsContainers: {
        activitybar: [{ id: container.id, title: container.title, icon: container.icon }],
      },
      views: {
        [container.id]: Object.entries(views).map(([id, view]) => ({
          id,
          name: text(`views.${id}`, view.name),
          contextualTitle: container.title,
          icon: view.icon,
          ...('when' in view && { when: view.when }),
        })),
      },
      viewsWelcome: welcome.map(({ view, when, contents }, index) => ({
        view,
        when,
        contents: text(`welcome.${index + 1}`, contents),
      })),
      configuration: {
        title: container.title,
        properties: Object.fromEntries(
          Object.entries(settings).map(([id, row]) => [id, settingEntry(id, row, text)]),
        ),
      },
      languages: Object.entries(languages).map(([id, { name, extension }]) => ({
        id,
        aliases: [name],
        extensions: [extension],
      })),
      grammars: Object.entries(languages).map(([language, { scopeName, grammar }]) => ({
        language,
        scopeName,
        path: `./${grammar}`,
      })),
      colors: Object.entries(colors).map(([id, row]) => ({
        id,
        description: text(`colors.${id}`, row.description),
        defaults: row.defaults,
      })),
      walkthroughs: [
        {
          id: walkthrough.id,
          title: text('walkthrough.title', walkthrough.title),
          description: text('walkthrough.description', walkthrough.description),
          steps: walkthrough.steps.map((step) => stepEntry(step, text)),
        },
      ],
    },
    nls,
  };
}

type Text = (key: string, value: string) => string;

function commandEntry(id: string, row: CommandRow, text: Text): object {
  return {
    command: id,
    title: text(`commands.${id}`, row.title),
    category: container.title,
    ...(row.icon && { icon: row.icon }),
    ...(row.enablement && { enablement: row.enablement }),
  };
}

function menus(): object {
  const byMenu: Partial<Record<string, object[]>> = {};
  for (const [command, row] of Object.entries<CommandRow>(commands)) {
    const palette = row.palette ?? 'isWorkspaceTrusted';
    if (palette !== 'true')
      (byMenu.commandPalette ??= []).push({ command, when: palette === false ? 'false' : palette });
    for (const { menu, when, group } of row.places ?? [])
      (byMenu[menu] ??= []).push({ command, when, group });
  }
  return byMenu;
}

function settingEntry(id: string, row: SettingRow, text: Text): object {
  const options = row.enum && Object.entries(row.enum);
  return {
    type: row.type,
    ...(row.type === 'array' && { items: { type: 'string' } }),
    default: row.default,
    scope: row.scope,
    markdownDescription: text(`settings.${id}`, row.description),
    ...(options && {
      enum: options.map(([value]) => value),
      enumDescriptions: options.map(([value, description]) => text(`settings.${id}.${value}`, description)),
    }),
  };
}

function stepEntry(step: WalkthroughStep, text: Text): object {
  const key = `walkthrough.${step.id}`;
  return {
    id: step.id,
    title: text(`${key}.title`, step.title),
    description: text(`${key}.description`, step.description),
    media: { svg: step.picture, altText: text(`${key}.picture`, step.pictureText) },
    completionEvents: step.completionEvents,
  };
}
