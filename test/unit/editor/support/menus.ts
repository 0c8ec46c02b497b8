import type { CommandRow } from '../../../../src/editor/contributions';

/** Commands of a table on a row with this `viewItem`, in an icon or in its menu, without `swapdeck.`. */
export function onRow(
  commands: Readonly<Record<string, CommandRow>>,
  viewItem: string,
  inline: boolean,
): string[] {
  return Object.entries(commands).flatMap(([id, { places = [] }]) =>
    places.some(({ menu, when, group }) => {
      const pattern = /viewItem =~ \/(.*)\//.exec(when)?.[1];
      if (menu !== 'view/item/context' || pattern === undefined) return false;
      return group.startsWith('inline') === inline && new RegExp(pattern).test(viewItem);
    })
      ? [id.replace('swapdeck.', '')]
      : [],
  );
}
