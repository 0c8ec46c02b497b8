import type { LoadedClass } from '../../jdwp/classIndex';
import { ReferenceType } from '../../jdwp/commands';
import { VmError } from '../../jdwp/error';
import { ErrorConstant } from '../../jdwp/errorConstants';
import { mapLimit } from '../../util/async';
import type { Attached } from '../attach';
import type { ComparedClass } from './model';

/** Names that generators of classes use at run time: proxies, mocks, accessors. */
const generatedName = /\$\$|\$Proxy\d+$|\$MockitoMock\$|\$ByteBuddy\$|_\$\$_/;

/**
 * Classes that the JVM runs, in packages of the class roots, and that no class file stands for any more. Classes
 * that were generated at run time into these packages are none: nothing compiled them, so they have no source file.
 */
export async function findGone(
  { connection, index }: Pick<Attached, 'connection' | 'index'>,
  built: readonly { readonly name: string }[],
  isChosen: (name: string) => boolean,
  signal?: AbortSignal,
): Promise<ComparedClass[]> {
  const names = new Set(built.map(({ name }) => name));
  const packages = new Set(built.map(({ name }) => packageOf(name)));
  const candidates = [...index.names()].filter(
    (name) =>
      !names.has(name) && packages.has(packageOf(name)) && isChosen(name) && !generatedName.test(name),
  );
  const found = await mapLimit(candidates, 64, async (name): Promise<ComparedClass | undefined> => {
    const asked = await Promise.all(
      index.lookup(name).map(async (loaded) => ((await hasSource(loaded)) ? loaded : undefined)),
    );
    const loaders = asked
      .filter((loaded) => loaded !== undefined)
      .map((loaded) => ({ loaded, state: 'gone' as const, differences: [], methods: [] }));
    return loaders.length === 0 ? undefined : { name, state: 'gone', loaders };
  });
  return found.filter((each) => each !== undefined);

  async function hasSource({ id }: LoadedClass): Promise<boolean> {
    try {
      await connection.request(ReferenceType.SourceFile, { refType: id }, { signal });
      return true;
    } catch (error) {
      const without: number[] = [
        ErrorConstant.ABSENT_INFORMATION,
        ErrorConstant.INVALID_OBJECT,
        ErrorConstant.INVALID_CLASS,
      ];
      if (error instanceof VmError && without.includes(error.error)) return false;
      throw error;
    }
  }
}

function packageOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.') + 1);
}
