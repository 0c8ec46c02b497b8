import type * as z from 'zod';
import type { configSchema } from './schema/config';

/**
 * `swapdeck.yaml` after validation: defaults filled in, durations in milliseconds, sizes in bytes, percentages
 * from 0 to 100, times of day in minutes after midnight. Texts may still hold placeholders: see `resolveText`.
 */
export type SwapdeckConfig = z.output<typeof configSchema>;

export type Environment = SwapdeckConfig['environments'][string];
export type Placement = Environment['applications'][string];
export type Router = SwapdeckConfig['routers'][string];
export type Tomcat = SwapdeckConfig['tomcats'][string];
export type Cluster = SwapdeckConfig['clusters'][string];
export type { Application } from './schema/applications';
export type { Certificate, CertificatePlace } from './schema/certificates';
export type { Gate, Jvm, JvmRoute } from './schema/environments';
export type { Host } from './schema/places';
export type { Table } from './schema/scalars';
