import type { App } from '../app';
import type { BuiltClass } from '../../hotswap/model';
import { t } from '../text';

/** Shows the bytecode of one class that a JVM runs beside that of a built one. */
export async function compareClass(
  { jvms, bytecode, notifier }: App,
  jvm: string,
  built: BuiltClass,
): Promise<void> {
  const session = jvms.session(jvm);
  const attached = session?.attached;
  const [loaded] = attached?.index.lookup(built.name) ?? [];
  if (!session || !attached || !loaded) {
    notifier.tell('info', { title: t('No attached JVM runs {0} now.', built.name), next: [] });
    return;
  }
  const [{ bytecodeSides }, { classFileOf }] = await Promise.all([
    import('../../hotswap/comparison/bytecode'),
    import('../../hotswap/roots/builtClass'),
  ]);
  const sides = await bytecodeSides(attached, loaded, classFileOf(built));
  const running = bytecode.hold(built.name, session.target.name, () => sides.running ?? '');
  const next = bytecode.hold(built.name, t('built'), () => sides.built ?? '');
  const simple = built.name.slice(built.name.lastIndexOf('.') + 1);
  await bytecode.openDiff(t('{0}: {1} and built', simple, session.target.name), running, next);
}
