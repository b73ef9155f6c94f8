import { Injectable, NotFoundException } from '@nestjs/common';
import type { Resource } from '../identity/model.js';
import { ResourceStore } from '../identity/ports.js';
import { resolvePath } from '../schema/attribute-path.js';
import { SchemaRegistry } from '../schema/schema-registry.js';

/** Finds the resource that an administrator names: by id, userName, or the displayName of a group. */
@Injectable()
export class FindResources {
  constructor(
    private readonly resources: ResourceStore,
    private readonly registry: SchemaRegistry,
  ) {}

  async id(name: string): Promise<string> {
    return (await this.resource(name)).id;
  }

  async resource(name: string): Promise<Resource> {
    const types = await this.resources.typesOf(undefined, [name]);
    const known = types.get(name);
    const found = known ? await this.resources.load(undefined, known, name, '') : await this.byName(name);
    if (!found)
      throw new NotFoundException(
        `No user or group is named "${name}" (looked for id, userName and displayName).`,
      );
    return found;
  }

  private async byName(name: string): Promise<Resource | undefined> {
    for (const [type, attribute] of [
      ['User', 'userName'],
      ['Group', 'displayName'],
    ] as const) {
      const path = resolvePath(this.registry.resourceType(type)!, attribute)!;
      const page = await this.resources.search(
        {
          filter: { kind: 'compare', path, operator: 'eq', operand: name },
          types: [type],
          count: 1,
          withMembers: false,
          withGroups: false,
        },
        '',
      );
      if (page.resources[0]) return page.resources[0];
    }
    return undefined;
  }
}
