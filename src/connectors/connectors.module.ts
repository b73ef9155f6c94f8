import { Module, type DynamicModule } from '@nestjs/common';
import { ConnectorRegistry } from './registry.js';

/** Offers the kinds of targets to whoever reads target files. */
@Module({})
export class ConnectorsModule {
  /** The registry that configuration was read with, so that both know the same packages. */
  static register(registry: ConnectorRegistry): DynamicModule {
    return {
      module: ConnectorsModule,
      providers: [{ provide: ConnectorRegistry, useValue: registry }],
      exports: [ConnectorRegistry],
    };
  }
}
