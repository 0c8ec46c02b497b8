import type { Company } from '../contracts/deployCall';
import { abortable, Deferred } from '../util/async';

/** One of those that keep pace with one another; once it has left, the others wait for it no longer. */
export interface Companion extends Company {
  leave(): void;
}

/** So many that keep pace with one another; nobody is anywhere yet. */
export function companions(count: number): Companion[] {
  const positions = new Array<number>(count).fill(-1);
  let moved = new Deferred<void>();
  const move = (member: number, to: number): void => {
    positions[member] = to;
    moved.resolve();
    moved = new Deferred();
  };
  return positions.map((_, member) => ({
    async keepPace(position, lead, signal) {
      move(member, position);
      while (positions.some((each) => each < position - lead))
        await abortable(moved.promise, signal, 'a step that keeps pace with others');
    },
    leave: () => move(member, Infinity),
  }));
}
