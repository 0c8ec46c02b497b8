import type { Backend, RouterState } from '../../../src/contracts/deploy';
import { THIS_MACHINE, type Call, type HttpCall } from '../../../src/contracts/deployCall';
import type { Reading, Route, RouteChange, Router } from '../../../src/contracts/deployTarget';
import type { Json } from '../../../src/util/json';
import type { ProxyBackend } from './proxy';

/** The router of the process target: a `SwitchingProxy`, by its administration port. */
export class ProxyRouter implements Router {
  readonly name = 'proxy';
  readonly kind = 'switching-proxy';
  readonly abilities = { backends: 'many', weights: true } as const;
  readonly #adminUrl: string;

  constructor(adminUrl: string) {
    this.#adminUrl = adminUrl;
  }

  read(): Reading<RouterState> {
    return {
      calls: [this.#get('/routes')],
      next: ([answer]) => ({ result: stateOf(this.name, answer!.value as unknown as ProxyBackend[]) }),
    };
  }

  change(state: RouterState, { backends }: Route): RouteChange {
    const after = {
      router: this.name,
      backends: backends.map(({ address, weight, target }): Backend => ({ address, weight, target })),
    };
    return {
      do: [this.#put(after)],
      verify: this.#reads(after),
      undo: [this.#put(state), ...this.#reads(state)],
      after,
    };
  }

  drained(_state: RouterState, { host, port }: Backend['address'], deadlineMs: number): Call[] {
    return [
      {
        ...this.#get(`/in-flight/${host}:${port}`),
        expect: [{ path: 'body', is: 'equals', value: '0' }],
        until: { intervalMs: 10, deadlineMs, atDeadline: 'continue' },
      },
    ];
  }

  #reads({ backends }: RouterState): Call[] {
    return [
      this.#get('/routes'),
      ...backends.map(({ address, weight }, index): Call => ({
        ...this.#get('/routes'),
        expect: [
          { path: `value.${index}.port`, is: 'equals', value: address.port },
          { path: `value.${index}.weight`, is: 'equals', value: weight },
        ],
      })),
    ].slice(backends.length === 0 ? 0 : 1);
  }

  #get(path: string): HttpCall {
    return { via: 'http', from: THIS_MACHINE, method: 'GET', url: `${this.#adminUrl}${path}`, parse: 'json' };
  }

  #put({ backends }: RouterState): HttpCall {
    const routes = backends.map(({ address, weight, target = '' }) => ({ ...address, weight, target }));
    return {
      via: 'http',
      from: THIS_MACHINE,
      method: 'PUT',
      url: `${this.#adminUrl}/routes`,
      body: JSON.stringify(routes satisfies Json),
    };
  }
}

function stateOf(router: string, backends: readonly ProxyBackend[]): RouterState {
  return {
    router,
    backends: backends.map(({ host, port, weight, target }) => ({ address: { host, port }, weight, target })),
  };
}
