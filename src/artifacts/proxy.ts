import { plainPassword, type MavenSettings, type Proxy } from './settings';

/** What of a response is used: with a proxy it is one of another library. */
export interface HttpAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Pick<Headers, 'get' | 'has'>;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** The proxy that an address is asked through, as the settings say. */
export function proxyOf(
  { protocol, hostname }: URL,
  { proxies }: Pick<MavenSettings, 'proxies'>,
): Proxy | undefined {
  const wanted = protocol.replace(':', '');
  const fitting = proxies.filter(({ except }) => !except.some((pattern) => matches(pattern, hostname)));
  // One that is for plain HTTP takes the others too where none is for them, as Maven does.
  return (
    fitting.find((proxy) => proxy.protocol === wanted) ?? fitting.find((proxy) => proxy.protocol === 'http')
  );
}

/** `fetch` through a proxy; loaded only where one is wanted. Throws `ArtifactError` `encryptedPassword`. */
export async function proxied(
  url: URL,
  proxy: Proxy,
  request: { readonly headers: Record<string, string>; readonly signal: AbortSignal },
): Promise<HttpAnswer> {
  const { user, host, port } = proxy;
  const { fetch, ProxyAgent } = await import('undici');
  const dispatcher = new ProxyAgent({
    uri: `http://${host}:${port}`,
    ...(user !== undefined && { token: basicToken(user, plainPassword(proxy)) }),
  });
  try {
    return await fetch(url, { ...request, dispatcher });
  } finally {
    // Once what is under way has come to its end.
    dispatcher.close().catch(() => undefined);
  }
}

/** The value of a header for basic authentication: RFC 7617. */
export function basicToken(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function matches(pattern: string, host: string): boolean {
  const words = pattern.split('*').map((word) => word.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${words.join('.*')}$`, 'i').test(host);
}
