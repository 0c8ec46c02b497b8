import * as z from 'zod';
import { application } from './applications';
import { certificate } from './certificates';
import { environment } from './environments';
import { cluster, host, tomcat } from './places';
import { router } from './routers';
import * as s from './scalars';

/** The whole of `swapdeck.yaml`. Validation, completion, hover and the JSON schema are all made from this. */
export const configSchema = z
  .strictObject({
    applications: z
      .record(s.name, application)
      .default({})
      .describe('What is released, and whose classes are swapped.'),
    hosts: z.record(s.name, host).default({}).describe('Machines, reached over SSH.'),
    tomcats: z.record(s.name, tomcat).default({}).describe('Tomcat servers.'),
    clusters: z.record(s.name, cluster).default({}).describe('Kubernetes clusters.'),
    routers: z.record(s.name, router).default({}).describe('What sends users to one release or another.'),
    certificates: z
      .record(s.name, certificate)
      .default({})
      .describe('Certificates with their keys, and where they are served.'),
    environments: z
      .record(s.name, environment)
      .default({})
      .describe('Named places: development, staging, production.'),
  })
  .meta({ title: 'Swapdeck configuration' })
  .describe('What exists, what is released, and how each application is put into each environment.');
