import type { Comparisons } from './comparisons';
import type { SwapDecorations } from './decorations';
import type { Applications } from './deploy/applications';
import type { ReplaceableDialogs } from './dialogs';
import type { Jvms } from './jvms';
import type { EditorLedger } from './ledger';
import type { PredictionDiagnostics } from './predictions';
import type { Status } from './status';
import type { ComparisonView } from './views/comparison';
import type { ContainersView } from './views/containers';
import type { DeploymentsView } from './views/deployments';
import type { EnvironmentsView } from './views/environments';
import type { SwapsView } from './views/swaps';
import type { TomcatsView } from './views/tomcats';

/** What `activate` returns: for tests, and for other extensions that want to know of swaps. */
export interface Api {
  readonly jvms: Jvms;
  readonly ledger: EditorLedger;
  readonly swaps: SwapsView;
  readonly dialogs: ReplaceableDialogs;
  readonly applications: Applications;
  readonly environments: EnvironmentsView;
  readonly deployments: DeploymentsView;
  readonly status: Status;
  readonly decorations: SwapDecorations;
  readonly predictions: PredictionDiagnostics;
  readonly comparisons: Comparisons;
  readonly comparison: ComparisonView;
  readonly containers: ContainersView;
  readonly tomcats: TomcatsView;
  /** Resolves when the configuration has been read. */
  readonly whenReady: Promise<void>;
  /** Ends everything the extension started, as deactivation does. */
  dispose(): void;
}
