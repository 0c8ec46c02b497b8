import { validRange } from 'semver';

/** A range as npm has them: `>=1.0.0 <2`. Apart from other values, which the editor reads before anything else. */
export function isVersionRange(text: string): boolean {
  return text.trim() !== '' && validRange(text) !== null;
}
