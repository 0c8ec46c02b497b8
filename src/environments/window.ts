import type { Environment } from '../config/model';
import { WEEKDAYS, type Weekday } from '../config/values';

/** When releases are allowed. Times in minutes after midnight of the zone. */
export type ReleaseWindow = NonNullable<Environment['window']>;

const DAY_MINUTES = 24 * 60;

/** Whether releases are allowed at a moment (milliseconds since the epoch). */
export function isWithin({ days, from, to, zone }: ReleaseWindow, at: number): boolean {
  const { day, minutes } = localTime(at, zone);
  if (to > from) return days.includes(day) && minutes >= from && minutes < to;
  // Over midnight: it belongs to the day it began on.
  const yesterday = WEEKDAYS[(WEEKDAYS.indexOf(day) + WEEKDAYS.length - 1) % WEEKDAYS.length]!;
  return (days.includes(day) && minutes >= from) || (days.includes(yesterday) && minutes < to);
}

/** `mon,tue,wed 09:00-16:00 Europe/Amsterdam`. */
export function windowText({ days, from, to, zone }: ReleaseWindow): string {
  return `${days.join(',')} ${timeText(from)}-${timeText(to)} ${zone}`;
}

/** `fri 17:05`, as clocks in the zone have it. */
export function localTimeText(at: number, zone: string): string {
  const { day, minutes } = localTime(at, zone);
  return `${day} ${timeText(minutes)}`;
}

function localTime(at: number, zone: string): { day: Weekday; minutes: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = parts.get('weekday')!.toLowerCase() as Weekday;
  return { day, minutes: (Number(parts.get('hour')) * 60 + Number(parts.get('minute'))) % DAY_MINUTES };
}

function timeText(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
