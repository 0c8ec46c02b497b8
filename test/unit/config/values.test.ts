import assert from 'node:assert/strict';
import { nearest } from '../../../src/config/nearest';
import {
  isHttpUrl,
  isTimeZone,
  readDays,
  readDuration,
  readEndpoint,
  readPercentage,
  readSize,
  readSshAddress,
  readTimeOfDay,
} from '../../../src/config/values';

/** Reads each text and compares; `undefined` for what must be refused. */
function table<T>(read: (text: string) => T, rows: Readonly<Record<string, T>>): void {
  for (const [text, value] of Object.entries(rows)) assert.deepEqual(read(text), value, JSON.stringify(text));
}

describe('the notations of swapdeck.yaml', () => {
  it('reads durations as milliseconds', () => {
    table(readDuration, {
      '500ms': 500,
      '45s': 45_000,
      '2m': 120_000,
      '1h': 3_600_000,
      '1.5s': 1500,
      '0ms': 0,
      '45': undefined,
      '45 s': undefined,
      '-1s': undefined,
      '1d': undefined,
      s: undefined,
      '': undefined,
      '99999999999s': undefined,
    });
  });

  it('reads percentages from 0 to 100', () => {
    table(readPercentage, {
      '0%': 0,
      '2.5%': 2.5,
      '100%': 100,
      '101%': undefined,
      '5': undefined,
      '%': undefined,
    });
  });

  it('reads sizes as Docker does', () => {
    table(readSize, {
      '512m': 512 * 1024 ** 2,
      '2G': 2 * 1024 ** 3,
      '4096': 4096,
      '0m': undefined,
      '1t': undefined,
      m: undefined,
    });
  });

  it('reads endpoints: a host and a port, or a port of this machine', () => {
    table(readEndpoint, {
      'localhost:5005': { host: 'localhost', port: 5005 },
      '5005': { host: 'localhost', port: 5005 },
      '[::1]:5005': { host: '::1', port: 5005 },
      '10.0.0.1:65535': { host: '10.0.0.1', port: 65_535 },
      'a_b-c.example:1': { host: 'a_b-c.example', port: 1 },
      'localhost:0': undefined,
      'localhost:65536': undefined,
      '0': undefined,
      localhost: undefined,
      '::1:5005': undefined,
      'a b:1': undefined,
      'http://a:1': undefined,
      '-a:1': undefined,
    });
  });

  it('reads SSH addresses and leaves absent parts to the SSH configuration', () => {
    table(readSshAddress, {
      'deploy@10.0.0.12:2222': { user: 'deploy', host: '10.0.0.12', port: 2222 },
      'lb-1': { host: 'lb-1' },
      'root@[fe80::1%eth0]:22': { user: 'root', host: 'fe80::1%eth0', port: 22 },
      'a:b': undefined,
      'a@': undefined,
      '-oProxyCommand=x': undefined,
      'a@-oProxyCommand=x': undefined,
      'a:99999': undefined,
    });
  });

  it('reads times of day and days of the week', () => {
    table(readTimeOfDay, {
      '09:00': 540,
      '24:00': 1440,
      '24:01': undefined,
      '9:00': undefined,
      '10:60': undefined,
    });
    table(readDays, {
      'mon-thu': ['mon', 'tue', 'wed', 'thu'],
      'fri-mon': ['mon', 'fri', 'sat', 'sun'],
      'wed, mon': ['mon', 'wed'],
      sat: ['sat'],
      'mon-': undefined,
      'mon-tue-wed': undefined,
      Monday: undefined,
      '': undefined,
    });
  });

  it('knows time zones and web addresses', () => {
    table(isTimeZone, { 'Europe/Amsterdam': true, UTC: true, 'Europe/Nowhere': false, '': false });
    table(isHttpUrl, {
      'http://10.0.0.11:8080/manager': true,
      'https://[::1]/': true,
      'ftp://a': false,
      'http:///a': false,
      'http://a b': false,
      'http://a:99999': false,
    });
  });

  it('finds the nearest word, by a swap, a gap, another letter or another case, and no far one', () => {
    const words = ['health', 'image', 'manifests', 'war'];
    table((word) => nearest(word, words), {
      haelth: 'health',
      helth: 'health',
      HEALTH: 'health',
      images: 'image',
      manifest: 'manifests',
      wat: 'war',
      smoke: undefined,
      x: undefined,
      '': undefined,
    });
  });
});
