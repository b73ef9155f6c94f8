import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { Authority } from './authority/authority.js';
import { IdentityService } from './identity-service.js';
import { ChangeLog, ResourceIndexer, ResourceStore, Settlement, UnitOfWork } from './ports.js';
import { ResourceService } from './resource-service.js';

/** The truth about users and groups. Its ports come from the modules it is given. */
@Module({})
export class IdentityModule {
  static register(imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return {
      module: IdentityModule,
      imports,
      providers: [
        {
          provide: ResourceService,
          inject: [UnitOfWork, ResourceStore, ResourceIndexer, ChangeLog, Settlement, Authority],
          useFactory: (
            unitOfWork: UnitOfWork,
            store: ResourceStore,
            indexer: ResourceIndexer,
            changeLog: ChangeLog,
            settlement: Settlement,
            authority: Authority,
          ) =>
            new IdentityService({
              unitOfWork,
              store,
              indexer,
              changeLog,
              settlement,
              authority,
              now: Date.now,
            }),
        },
      ],
      exports: [ResourceService],
    };
  }
}
