import { Module, type DynamicModule, type ModuleMetadata, type Provider } from '@nestjs/common';
import { BulkUploadController } from './http/bulk-upload.controller.js';
import { RequestReader } from './http/request-reader.js';

export interface InboundModuleOptions {
  /** Modules that export Intake, SourceDefinitions and SchemaRegistry. */
  imports: NonNullable<ModuleMetadata['imports']>;
  /** Provides SCIM_SETTINGS. */
  settings: Provider;
}

/** What feeds send over HTTP, in the words of SCIM. Failures are answered by ScimModule's filter. */
@Module({})
export class InboundModule {
  static register({ imports, settings }: InboundModuleOptions): DynamicModule {
    return {
      module: InboundModule,
      imports,
      controllers: [BulkUploadController],
      providers: [settings, RequestReader],
    };
  }
}
