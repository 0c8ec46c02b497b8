import * as vscode from 'vscode';
import type { Instance, Release } from '../../contracts/deploy';
import type { ApplicationStatus } from '../../environments/application';
import { isOperation, nameOf } from '../../environments/operations';
import type { App } from '../app';
import { quickSteps, type AskStep, type StepItem } from '../quickSteps';
import { t } from '../text';
import type { Applications } from './applications';
import { versionItems, type ChosenVersion } from './chooseVersion';
import { commitsSince, workspaceVersion, type Commits } from './commits';
import type { PlacedApplication } from './placed';
import { isFromRepository } from './versionRows';
import { ago, commitCount, who } from './words';

/** What a person wants where. Without a version it is what the workspace makes. */
export interface Chosen {
  readonly placed: PlacedApplication;
  readonly version?: string;
  /** The version is one of a repository, and not one that hosts keep. */
  readonly isNew?: true;
}

interface Draft {
  /** The environments it may go to. */
  readonly candidates: readonly PlacedApplication[];
  readonly application?: string;
  readonly placed?: PlacedApplication;
  readonly release?: 'workspace' | { readonly version: string; readonly isNew?: true };
}

export interface ChooseOptions {
  readonly title: string;
  /** The row that was clicked. */
  readonly placed?: PlacedApplication;
  /** Chosen before, as by the row of a release. */
  readonly release?: Draft['release'];
  /** `pull`: what runs, the live one too. */
  readonly offers: 'deploy' | 'kept' | 'running' | 'pull';
}

/** Asks for what is not known yet: application, release, environment. */
export async function choose({ applications }: App, options: ChooseOptions): Promise<Chosen | undefined> {
  const { title, placed, release, offers } = options;
  const candidates = placed
    ? [placed]
    : applications.all.filter(({ unsupported }) => unsupported === undefined);
  const begin: Draft = {
    candidates,
    ...(placed && { placed, application: placed.application }),
    ...(release && { release }),
  };
  const releases = offers === 'deploy' ? askRelease(applications) : askKept(applications, offers);
  // Where only a release that is there counts, the environment tells which there are.
  const rest =
    offers === 'deploy' ? [releases, askEnvironment(applications)] : [askEnvironment(applications), releases];
  const end = await quickSteps(title, begin, [askApplication, ...rest]);
  if (!end?.placed || !end.release) return undefined;
  return { placed: end.placed, ...(end.release !== 'workspace' && end.release) };
}

/** For commands that are about an application in an environment and nothing else; of operations where `isChoice` says so. */
export async function choosePlaced(
  { applications }: App,
  title: string,
  isChoice: (placed: PlacedApplication) => boolean = ({ application }) => !isOperation(application),
): Promise<PlacedApplication | undefined> {
  const candidates = applications.deployable.filter(isChoice);
  if (candidates.length === 1) return candidates[0];
  const items = candidates.map((placed) => ({
    label: nameOf(placed.application),
    description: placed.environment,
    placed,
  }));
  return (await vscode.window.showQuickPick(items, { title }))?.placed;
}

const askApplication: AskStep<Draft> = (draft) => {
  const names = [...new Set(draft.candidates.map(({ application }) => application))];
  if (draft.application !== undefined || names.length < 2) return undefined;
  return {
    placeholder: t('The application'),
    items: () =>
      names.map((application): StepItem<Draft> => {
        const candidates = draft.candidates.filter((each) => each.application === application);
        return {
          label: `$(package) ${application}`,
          description: candidates.map(({ environment }) => environment).join(', '),
          value: { ...draft, application, candidates },
        };
      }),
  };
};

const askRelease =
  (applications: Applications): AskStep<Draft> =>
  (draft) => {
    if (draft.release !== undefined) return undefined;
    return {
      placeholder: t('The release'),
      items: async (signal) => {
        const [first] = draft.candidates;
        if (!first) return [];
        if (isFromRepository(first.configuration.config!, first))
          return repositoryItems(applications, draft, signal);
        const [own, statuses] = await Promise.all([
          workspaceVersion(first, signal),
          Promise.all(draft.candidates.map((each) => statusOf(applications, each))),
        ]);
        const live = draft.placed && statuses[0]?.live;
        const since = live?.git && (await commitsSince(first, live.git.sha, signal));
        return [workspaceItem(draft, own, live, since), ...keptItems(draft, statuses)];
      },
    };
  };

async function repositoryItems(
  applications: Applications,
  draft: Draft,
  signal: AbortSignal,
): Promise<StepItem<Draft>[]> {
  const statuses = await Promise.all(draft.candidates.map((each) => statusOf(applications, each)));
  const live = draft.placed && statuses[0]?.live?.version;
  const valueOf = ({ version, candidates }: ChosenVersion): Draft => ({
    ...draft,
    candidates,
    release: { version, isNew: true },
  });
  return [
    ...(await versionItems(applications, draft.candidates, live, valueOf, signal)),
    ...keptItems(draft, statuses),
  ];
}

function workspaceItem(
  draft: Draft,
  own: string | undefined,
  live: Release | undefined,
  since: Commits | undefined,
): StepItem<Draft> {
  const parts = [
    ...(own === undefined ? [] : [own]),
    ...(live && own === live.version ? [t('is live')] : []),
    ...(since && live && since.count > 0 ? [t('{0} since {1}', commitCount(since.count), live.version)] : []),
  ];
  return {
    label: `$(tools) ${t('Build the workspace')}`,
    description: parts.join(' · '),
    ...(since && since.count > 0 && { detail: subjects(since) }),
    value: { ...draft, release: 'workspace' },
  };
}

/** The newest few, and how many more there are. */
function subjects({ count, subjects: all }: Commits): string {
  const shown = all.slice(0, 3);
  return [...shown, ...(count > shown.length ? [t('and {0} more', count - shown.length)] : [])].join(' · ');
}

/** Releases that hosts keep; each goes only to where it is kept. */
function keptItems(draft: Draft, statuses: readonly (ApplicationStatus | undefined)[]): StepItem<Draft>[] {
  const places = new Map<string, { release: Release; candidates: PlacedApplication[]; hosts: string[] }>();
  statuses.forEach((status, at) => {
    for (const { target, release } of keptReleases(status)) {
      const known = places.get(release.version) ?? { release, candidates: [], hosts: [] };
      known.hosts.push(target);
      const candidate = draft.candidates[at]!;
      if (!known.candidates.includes(candidate)) known.candidates.push(candidate);
      places.set(release.version, known);
    }
  });
  if (places.size === 0) return [];
  return [
    { label: t('Kept on the hosts'), kind: vscode.QuickPickItemKind.Separator },
    ...[...places.values()].map(({ release, candidates, hosts }): StepItem<Draft> => ({
      label: `$(history) ${release.version}`,
      description: [...new Set(hosts)].join(', '),
      value: { ...draft, candidates, release: { version: release.version } },
    })),
  ];
}

interface ReleaseThere {
  readonly target: string;
  readonly release: Release;
  readonly state: Instance['state'];
}

function liveReleases(status: ApplicationStatus | undefined): ReleaseThere[] {
  return (status?.targets ?? []).flatMap(({ target, state }) =>
    state?.live ? [{ target, release: state.live.release, state: state.live.state }] : [],
  );
}

/** Releases besides the live one, with how they are. */
export function keptReleases(status: ApplicationStatus | undefined): ReleaseThere[] {
  return (status?.targets ?? []).flatMap(({ target, state }) =>
    (state?.older ?? []).map(({ release, state: how }) => ({ target, release, state: how })),
  );
}

const askKept =
  (applications: Applications, offers: 'kept' | 'running' | 'pull'): AskStep<Draft> =>
  (draft) => {
    if (draft.release !== undefined) return undefined;
    return {
      placeholder: {
        kept: t('The release to go back to'),
        running: t('A release that runs beside the live one'),
        pull: t('The release to stop; users get the newest that still runs'),
      }[offers],
      items: async () => {
        const status = draft.placed && (await statusOf(applications, draft.placed));
        const releases =
          offers === 'pull' ? [...liveReleases(status), ...keptReleases(status)] : keptReleases(status);
        const kept = releases.filter(({ state }) => offers === 'kept' || state === 'running');
        const versions = [...new Set(kept.map(({ release }) => release.version))];
        return versions.map((version, at): StepItem<Draft> => {
          const hosts = kept.filter(({ release }) => release.version === version);
          const how = hosts.map(({ target, state }) =>
            state === 'running' ? t('runs on {0}', target) : t('stopped on {0}', target),
          );
          return {
            label: `$(history) ${version}`,
            description: [...(at === 0 && offers === 'kept' ? [t('the one before')] : []), ...how].join(
              ' · ',
            ),
            value: { ...draft, release: { version } },
          };
        });
      },
    };
  };

const askEnvironment =
  (applications: Applications): AskStep<Draft> =>
  (draft) => {
    if (draft.placed) return undefined;
    return {
      placeholder: t('The environment'),
      items: (signal) =>
        Promise.all(
          draft.candidates.map(async (placed): Promise<StepItem<Draft>> => {
            const { live, lastDeployment: last } = (await statusOf(applications, placed)) ?? {};
            const since = live?.git && (await commitsSince(placed, live.git.sha, signal));
            const parts = [
              live ? t('{0} is live', live.version) : t('nothing is live'),
              ...(last ? [ago(last.at), t('by {0}', who(last.actor))] : []),
            ];
            const isNewer = draft.release === 'workspace' && since !== undefined && since.count > 0;
            return {
              label: `$(layers) ${placed.environment}`,
              description: parts.join(' · '),
              ...(isNewer && { detail: `${commitCount(since.count)}: ${subjects(since)}` }),
              value: { ...draft, placed },
            };
          }),
        ),
    };
  };

async function statusOf(
  applications: Applications,
  placed: PlacedApplication,
): Promise<ApplicationStatus | undefined> {
  return (await applications.status.known(placed)).value;
}
