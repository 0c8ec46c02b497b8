import assert from 'node:assert/strict';
import { contextFor, looseVersion } from '../../../../src/targets/tomcat/fleet/looseWar';

describe('a WAR file that no configuration names', () => {
  const cases: Readonly<Record<string, readonly [context: string, version: string]>> = {
    'shop.war': ['/shop', 'shop'],
    'shop-1.4.2.war': ['/shop', '1.4.2'],
    'shop-1.4.2-SNAPSHOT.war': ['/shop', '1.4.2-SNAPSHOT'],
    'web-shop_v2.war': ['/web-shop', '2'],
    'shop##26-rc.1.war': ['/shop', '26-rc.1'],
    'ROOT.war': ['/', 'ROOT'],
    'ROOT##7.war': ['/', '7'],
    'a#b-1.0.war': ['/a/b', '1.0'],
    'shop-1.4.2-jakarta.war': ['/shop', '1.4.2'],
    'my shop (3).war': ['/my shop (3)', 'my-shop-3-'],
  };
  it('tells by its name where it goes and what it is called', () => {
    for (const [name, [context, version]] of Object.entries(cases)) {
      assert.equal(contextFor(`/builds/${name}`), context, name);
      assert.equal(looseVersion(`/builds/${name}`), version, name);
    }
  });
});
