import * as http from 'node:http';
import * as https from 'node:https';
import { urlToHttpOptions } from 'node:url';

/**
 * As `request` of `node:http` and `node:https`, past whoever has replaced those: the editor sends what its extensions
 * ask for through an agent of its own and through proxies. Who hands in a connection or an agent means that one.
 */
export function directRequest(
  url: URL,
  options: http.RequestOptions,
  onResponse?: (response: http.IncomingMessage) => void,
): http.ClientRequest {
  const { globalAgent } = url.protocol === 'https:' ? https : http;
  return new http.ClientRequest(
    { ...urlToHttpOptions(url), _defaultAgent: globalAgent, ...options },
    onResponse,
  );
}
