/** What Docker calls its own registry in credentials. */
export const DOCKER_HUB = 'https://index.docker.io/v1/';

/**
 * The registry that an image belongs to, as credentials name it: the first part of the name where that is an address
 * (has a dot or a port, or is `localhost`), else Docker's own.
 */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isAddress = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isAddress && first !== 'docker.io' ? first : DOCKER_HUB;
}
