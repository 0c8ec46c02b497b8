import type { Answer } from '../../contracts/deployCall';
import type { JsonObject } from '../../util/json';
import { readDone } from './answers';

/** What a connector with TLS shows to those who ask for a host name. */
export interface Certificate extends JsonObject {
  /** `https-jsse-nio-8443`, as the server calls it. */
  readonly connector: string;
  /** `_default_` for any other name. */
  readonly host: string;
  /** Of the server itself: `CN=shop.example.com, O=Shop`. */
  readonly subject: string;
  readonly issuer: string;
  /** When the first certificate of the chain ends. Milliseconds since the epoch. */
  readonly until: number;
}

/** `Connector["https-jsse-nio-8443"]-_default_-RSA`; without an end it has no certificate. */
const CONNECTOR = /^Connector\[(.*?)\](?:-(.*)-(\w+))?$/;
const DATE = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d+) (\d\d:\d\d:\d\d) (\S+) (\d{4})/;
/** Zones that JavaScript reads; an abbreviation of another one is at most a day off, which is told in days. */
const ZONES = /^(UTC|GMT|[ECMP][SD]T)$/;

/**
 * Reads the answer to `sslConnectorCerts`: a line for each connector and host name, then the certificates of its chain,
 * the server's own first, as Java prints them, which is in English whatever the language of the server.
 */
export function readCertificates(answer: Answer): Certificate[] {
  const found: Certificate[] = [];
  let at: { connector: string; host: string; subject: string; issuer: string; until: number } | undefined;
  const close = (): void => {
    if (at && at.until < Infinity) found.push(at);
    at = undefined;
  };
  for (const line of readDone(answer).rest) {
    const [, connector, host = '_default_'] = CONNECTOR.exec(line) ?? [];
    if (connector !== undefined) {
      close();
      at = { connector: connector.replace(/^"|"$/g, ''), host, subject: '', issuer: '', until: Infinity };
    }
    if (!at) continue;
    const [, name, text = ''] = /^\s+(Subject|Issuer|To|Validity): (.*)$/.exec(line) ?? [];
    if (name === 'Subject' && at.subject === '') at.subject = text.trim();
    if (name === 'Issuer' && at.issuer === '') at.issuer = text.trim();
    if (name === 'To') at.until = Math.min(at.until, dateOf(text) ?? Infinity);
  }
  close();
  return found;
}

/** `Tue Dec 01 19:36:05 UTC 2026]`, as `java.util.Date` writes it. */
function dateOf(text: string): number | undefined {
  const [, month, day, time, zone = '', year] = DATE.exec(text) ?? [];
  if (month === undefined) return undefined;
  const value = Date.parse(`${month} ${day} ${year} ${time} ${ZONES.test(zone) ? zone : 'UTC'}`);
  return Number.isNaN(value) ? undefined : value;
}

/** A certificate is pointed out so many days before it ends. */
const WARNING_DAYS = 21;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Whole days until it ends; negative once it has. */
export function daysLeft({ until }: Certificate, now: number): number {
  return Math.floor((until - now) / DAY_MS);
}

/** Whether somebody should renew it now, or should have. */
export function endsSoon(certificate: Certificate, now: number): boolean {
  return daysLeft(certificate, now) < WARNING_DAYS;
}
