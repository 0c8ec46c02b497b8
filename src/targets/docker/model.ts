/** How the image of a release gets to a host. */
export type ImageOrigin =
  /** From this machine's engine, only the layers that the host lacks. */
  | { readonly kind: 'transfer' }
  /** Built on the host from a folder of this machine. */
  | { readonly kind: 'build'; readonly context: string; readonly dockerfile?: string }
  /** From this machine's engine to the registry that its name begins with, and from there to the host. */
  | { readonly kind: 'registry'; readonly login?: RegistryCredentials };

/** What is said in place of Docker's own logins; texts as in `DockerApplication`. */
export interface RegistryCredentials {
  readonly user: string;
  readonly password: string;
}

export interface SmokeTest {
  readonly get: string;
  readonly status: number;
  readonly contains?: string;
}

/**
 * An application of containers, as its configuration says. Texts may hold `${secret:NAME}`, `${environment}` and
 * `${version}`; nothing else is filled in.
 */
export interface DockerApplication {
  /** Without a tag; it is tagged with the version. */
  readonly image: string;
  readonly origin: ImageOrigin;
  readonly health?: {
    readonly path: string;
    /** Paths in a JSON answer and their values. */
    readonly json?: Readonly<Record<string, string | number | boolean>>;
    readonly timeoutMs: number;
  };
  readonly smoke: readonly SmokeTest[];
  readonly warmup?: { readonly get: readonly string[]; readonly requests: number };
  readonly run: {
    /** `host`, `bridge` or the name of a network. */
    readonly network: string;
    readonly port?: { readonly env: string; readonly from: number };
    /** `/on/the/host:/in/the/container[:ro]`. */
    readonly volumes: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    /** `no`, `always`, `unless-stopped` or `on-failure[:TIMES]`. */
    readonly restart: string;
    /** Bytes. */
    readonly memory?: number;
  };
}

/** How long a container gets to end by itself. */
export const STOP_SECONDS = 15;
