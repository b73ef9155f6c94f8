import { type DynamicModule, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { BulkController } from './http/bulk.controller.js';
import { DiscoveryController } from './http/discovery.controller.js';
import { DocumentationController } from './http/documentation.controller.js';
import { ListRequests } from './http/list-requests.js';
import { MeController } from './http/me.controller.js';
import { RequestReader } from './http/request-reader.js';
import { ResourceRequests } from './http/resource-requests.js';
import { ResourcesController } from './http/resources.controller.js';
import { ScimErrorFilter } from './http/scim-error.filter.js';
import { SearchController } from './http/search.controller.js';

export interface ScimModuleOptions {
  /** Modules that export ResourceService and SchemaRegistry. */
  imports: NonNullable<ModuleMetadata['imports']>;
  /** Provides SCIM_SETTINGS. */
  settings: Provider;
}

/**
 * SCIM 2.0 over HTTP. Owns: the protocol, from the bytes of a request to those of the answer.
 * Leaves to `identity`: what is true. Leaves to the global guard: who may call (`request.user` is the Caller).
 * Read next: http/resources.controller.ts, then http/resource-requests.ts.
 */
@Module({})
export class ScimModule {
  static register({ imports, settings }: ScimModuleOptions): DynamicModule {
    return {
      module: ScimModule,
      imports,
      controllers: [
        DiscoveryController,
        DocumentationController,
        MeController,
        BulkController,
        ResourcesController,
        SearchController,
      ],
      providers: [
        settings,
        RequestReader,
        ResourceRequests,
        ListRequests,
        { provide: APP_FILTER, useClass: ScimErrorFilter },
      ],
    };
  }
}
