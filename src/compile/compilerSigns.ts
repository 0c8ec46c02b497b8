import type { ClassTraits } from './traits';

/** Which compiler made the classes, by the names it gives to what it makes up; undefined when nothing shows it. */
export function compilerOf(classes: readonly ClassTraits[]): 'javac' | 'ecj' | undefined {
  for (const { members } of classes) {
    for (const member of members) {
      // javac puts the method's name in; static initialisers and constructors become `static` and `new`.
      if (/^lambda\$\d+$/.test(member) || member.startsWith('$SWITCH_TABLE$')) return 'ecj';
      if (/^lambda\$.+\$\d+$/.test(member) || member.startsWith('$SwitchMap$')) return 'javac';
      // A constant of an enum: javac since 17 makes the array in a method of its own, ecj in a field.
      if (member === 'ENUM$VALUES') return 'ecj';
      if (member === '$VALUES') return 'javac';
    }
  }
  return undefined;
}
