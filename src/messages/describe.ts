import { ArtifactError } from '../artifacts/errors';
import { CertificateError } from '../certificates/errors';
import { ClassFileError } from '../classfile/errors';
import { CompileError } from '../compile/errors';
import { ConfigError } from '../config/errors';
import { DeployError } from '../contracts/deployError';
import { TransportError } from '../contracts/transportError';
import { EnvironmentError } from '../environments/errors';
import { HotSwapError } from '../hotswap/errors';
import { LedgerError } from '../hotswap/ledger/errors';
import { UndoError } from '../hotswap/ledger/undo';
import { JdwpError } from '../jdwp/error';
import { RouterError } from '../routers/errors';
import { EngineError } from '../targets/docker/errors';
import { ContainerError } from '../targets/docker/manage/errors';
import { TomcatError } from '../targets/tomcat/errors';
import { AbortedError, SwapdeckError, toError } from '../util/errors';
import { UnquotableError } from '../util/posixShell';
import { ZipError } from '../util/zip';
import { artifactTexts } from './artifacts';
import { certificateTexts } from './certificates';
import { classFileTexts } from './classfile';
import { compileTexts } from './compile';
import { configErrorTexts } from './config';
import { containerTexts } from './containers';
import { deployTexts } from './deploy';
import { engineTexts } from './docker';
import { environmentTexts } from './environments';
import { hotSwapTexts } from './hotswap';
import { jdwpTexts, nothingListens } from './jdwp';
import { fact, toMessage, type Draft, type Facts, type Message } from './message';
import { routerTexts } from './routers';
import { tomcatTexts } from './tomcat';
import { english, type Translate } from './translate';
import { transportTexts } from './transport';
import { ledgerTexts, undoTexts } from './undo';
import { unquotable, zipTexts } from './util';

export interface DescribeOptions {
  /** `vscode.l10n.t` in the editor. */
  readonly t?: Translate;
  /** What a person calls the place it happened at; else the error's own `peer`, `host` or `file`. */
  readonly where?: string;
}

/** What a person reads for an error. Never a stack trace; the log has that. */
export function describe(error: unknown, { t = english, where }: DescribeOptions = {}): Message {
  const details = error instanceof SwapdeckError ? error.details : {};
  const place = where ?? placeOf({ details });
  return toMessage(draftOf(error, { t, details, where: place ?? t('the other side') }), t);
}

/** The same for what went wrong on the way to a JVM: an endpoint where nothing listens lacks a debug port. */
export function describeJvmError(
  error: unknown,
  options: DescribeOptions & { readonly where: string },
): Message {
  const { t = english, where } = options;
  const nothing = error instanceof TransportError && error.reason === 'refused';
  return nothing ? toMessage(nothingListens(where, t), t) : describe(error, options);
}

function placeOf(facts: Pick<Facts, 'details'>): string | undefined {
  for (const name of ['peer', 'host', 'file', 'path']) if (fact(facts, name)) return fact(facts, name);
  return undefined;
}

function draftOf(error: unknown, facts: Facts): Draft {
  if (error instanceof TransportError) return transportTexts[error.reason](facts);
  if (error instanceof JdwpError) return jdwpTexts[error.reason](facts);
  if (error instanceof HotSwapError) return hotSwapTexts[error.reason](facts);
  if (error instanceof CompileError) return compileTexts[error.reason](facts);
  if (error instanceof ClassFileError) return classFileTexts[error.reason](facts);
  if (error instanceof RouterError) return routerTexts[error.reason](facts);
  if (error instanceof DeployError) return deployDraft(error, facts);
  if (error instanceof ContainerError) return containerTexts[error.reason](facts);
  if (error instanceof TomcatError) return tomcatTexts[error.reason](facts);
  if (error instanceof ArtifactError) return artifactTexts[error.reason](facts);
  if (error instanceof CertificateError) return certificateTexts[error.reason](facts);
  if (error instanceof EngineError) return engineTexts[error.reason](facts);
  if (error instanceof EnvironmentError) return environmentDraft(error, facts);
  if (error instanceof ConfigError) return configErrorTexts[error.reason](facts);
  if (error instanceof UndoError) return undoTexts[error.reason](facts);
  if (error instanceof LedgerError) return ledgerTexts[error.reason](facts);
  if (error instanceof ZipError) return zipTexts[error.reason](facts);
  if (error instanceof UnquotableError) return unquotable(facts);
  if (error instanceof AbortedError) return { title: facts.t('Cancelled.'), next: [] };
  return {
    title: facts.t('Something went wrong that Swapdeck has no better words for.'),
    detail: toError(error).message,
    next: ['showLog'],
  };
}

/** A target that is down says why in the words of its cause, before what can be done. */
function environmentDraft(error: EnvironmentError, facts: Facts): Draft {
  const draft = environmentTexts[error.reason](facts);
  if (error.reason !== 'targetDown' || !(error.cause instanceof SwapdeckError)) return draft;
  const { details } = error.cause;
  const why = draftOf(error.cause, { ...facts, details, where: placeOf({ details }) ?? facts.where });
  return { ...draft, detail: [why.title, draft.detail].filter((text) => text).join(' ') };
}

/** A step that failed says why in the words of its cause. */
function deployDraft(error: DeployError, facts: Facts): Draft {
  const draft = deployTexts[error.reason](facts);
  const isStep = error.reason === 'stepFailed' || error.reason === 'undoFailed';
  if (!isStep || !(error.cause instanceof SwapdeckError)) return draft;
  const { details } = error.cause;
  const why = draftOf(error.cause, { ...facts, details, where: placeOf({ details }) ?? facts.where });
  return { ...draft, detail: [why.title, why.detail].filter((text) => text).join(' ') };
}
