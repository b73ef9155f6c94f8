import type { Query } from '../../identity/model.js';
import type { StoredPage } from '../../identity/ports.js';
import type { AttributeReference, ResolvedFilter } from '../../schema/filter.js';
import type { Parameter, Sql } from '../sql/sql.js';
import type { Engine } from '../tables.js';
import type { Cursors } from './cursors.js';
import { FilterSql, type FilterContext } from './filter-sql.js';
import { jsonAccess } from './json-access.js';
import type { Condition } from './membership-rows.js';
import { memberColumn, relationOf } from './relations.js';
import { resourceColumns, toResource, type ResourceRow } from './resource-rows.js';

export interface SearchedSchemas {
  /** Core schema URN by type. */
  coreSchemas: Readonly<Record<string, string>>;
  extensionSchemas: readonly string[];
  indexed: ReadonlySet<string>;
}

/** Pages of resources, found and ordered by the database; no request loads a table. */
export class ResourceSearch {
  constructor(
    private readonly schemas: SearchedSchemas,
    private readonly cursors: Cursors,
    private readonly epoch: () => Promise<string>,
  ) {}

  async search(sql: Sql, query: Query, source: string): Promise<StoredPage> {
    const context = await this.context(sql.engine, query.types, source);
    const where = this.where(query, context);
    if (query.cursor !== undefined) return this.byCursor(sql, query, source, where);
    return this.byIndex(sql, query, source, where, context);
  }

  /** A filter over the memberships of one group, as a condition on `m`. */
  memberCondition(filter: ResolvedFilter, engine: Engine): Condition {
    const context: FilterContext = { ...this.schemas, engine, types: ['Group'], source: '', epoch: '' };
    const compiler = new FilterSql(context);
    return compiler.inMembership(filter, memberColumn(context));
  }

  private async context(engine: Engine, types: readonly string[], source: string): Promise<FilterContext> {
    return { ...this.schemas, engine, types, source, epoch: await this.epoch() };
  }

  private where(query: Query, context: FilterContext): Condition {
    const types: Condition = {
      text: query.types.length === 1 ? 'r.type = ?' : `r.type IN (${query.types.map(() => '?').join(', ')})`,
      parameters: [...query.types],
    };
    if (!query.filter) return types;
    const filter = new FilterSql(context).compile(query.filter);
    return {
      text: `${types.text} AND ${filter.text}`,
      parameters: [...types.parameters, ...filter.parameters],
    };
  }

  private async byIndex(
    sql: Sql,
    query: Query,
    source: string,
    where: Condition,
    context: FilterContext,
  ): Promise<StoredPage> {
    const start = Math.max(1, query.startIndex ?? 1);
    const order = query.sortBy ? this.order(query.sortBy, query.sortOrder, context) : 'r.id';
    const rows =
      query.count === 0 ? [] : await this.pageRows(sql, source, where, order, query.count, start - 1);
    const whole = rows.length < query.count && (rows.length > 0 || start === 1);
    const total = whole ? start - 1 + rows.length : await this.total(sql, query, where);
    return { totalResults: total, resources: rows.map(toResource) };
  }

  /** Ordered by id, which never changes: whoever existed at the first page and still matches appears once. */
  private async byCursor(sql: Sql, query: Query, source: string, where: Condition): Promise<StoredPage> {
    const binding = JSON.stringify([query.types, query.filter ?? null, source]);
    const after = query.cursor === '' ? '' : await this.cursors.open(query.cursor!, binding);
    const condition =
      after === '' ? where : { text: `${where.text} AND r.id > ?`, parameters: [...where.parameters, after] };
    const rows = await this.rows(sql, source, condition, 'ORDER BY r.id LIMIT ?', [query.count + 1]);
    const page = rows.slice(0, query.count);
    const last = page.at(-1);
    const more = rows.length > query.count && last !== undefined;
    return {
      totalResults: await this.total(sql, query, where),
      resources: page.map(toResource),
      ...(more ? { nextCursor: await this.cursors.seal(last.id, binding) } : {}),
    };
  }

  /** What is skipped or sorted is ids only: the rows of the page are read for the page alone. */
  private pageRows(
    sql: Sql,
    source: string,
    where: Condition,
    order: string,
    count: number,
    skipped: number,
  ): Promise<ResourceRow[]> {
    if (order === 'r.id' && skipped === 0)
      return this.rows(sql, source, where, 'ORDER BY r.id LIMIT ?', [count]);
    const page: Condition = {
      text: `r.id IN (SELECT r.id FROM resource r WHERE ${where.text} ORDER BY ${order} LIMIT ? OFFSET ?)`,
      parameters: [...where.parameters, count, skipped],
    };
    return this.rows(sql, source, page, `ORDER BY ${order}`, []);
  }

  private rows(
    sql: Sql,
    source: string,
    where: Condition,
    tail: string,
    parameters: Parameter[],
  ): Promise<ResourceRow[]> {
    return sql.all<ResourceRow>(
      `SELECT ${resourceColumns}, (SELECT x.value FROM external_id x WHERE x.resource_id = r.id AND x.source = ?) AS external_id
       FROM resource r WHERE ${where.text} ${tail}`,
      [source, ...where.parameters, ...parameters],
    );
  }

  private async total(sql: Sql, query: Query, where: Condition): Promise<number> {
    if (!query.filter) {
      const row = await sql.get<{ n: number | null }>(
        `SELECT SUM(resources) AS n FROM resource_count WHERE type IN (${query.types.map(() => '?').join(', ')})`,
        query.types,
      );
      return Number(row?.n ?? 0);
    }
    const row = await sql.get<{ n: number }>(
      `SELECT COUNT(*) AS n FROM resource r WHERE ${where.text}`,
      where.parameters,
    );
    return Number(row?.n ?? 0);
  }

  /** RFC 7644 §3.4.2.3: of several values the primary or first one sorts; resources without the attribute come last when ascending. */
  private order(path: AttributeReference, direction: Query['sortOrder'], context: FilterContext): string {
    const expression = this.sortExpression(path, context);
    const down = direction === 'descending';
    const missing = `CASE WHEN ${expression} IS NULL THEN 1 ELSE 0 END${down ? ' DESC' : ''}`;
    return `${missing}, ${expression}${down ? ' DESC' : ''}, r.id`;
  }

  private sortExpression(path: AttributeReference, context: FilterContext): string {
    const relation = relationOf(path, context);
    const collated = (text: string) => (context.engine === 'postgres' ? `${text} COLLATE "C"` : text);
    if (relation?.sort !== undefined) return collated(relation.sort);
    if (relation && !relation.multiValued) {
      return relation.column(path.subAttribute?.name ?? 'value')?.text ?? 'r.id';
    }
    if (relation) return 'r.id';
    const json = jsonAccess(context.engine);
    const leaf = path.subAttribute ?? path.attribute;
    const names =
      path.extension === undefined ? [path.attribute.name] : [path.extension, path.attribute.name];
    const text = path.attribute.multiValued
      ? primaryValue(context.engine, names, path.subAttribute?.name)
      : json.value('r.search', path.subAttribute ? [...names, path.subAttribute.name] : names);
    const cast = json.cast(text, leaf);
    return cast === text ? collated(`(${text})`) : cast;
  }
}

/** Of simple values none is primary. */
function primaryValue(engine: Engine, names: readonly string[], subAttribute: string | undefined): string {
  const json = jsonAccess(engine);
  const path = json.part('r.search', names);
  if (engine === 'sqlite') {
    const primary =
      subAttribute === undefined ? '' : `COALESCE(json_extract(p.value, '$.primary'), 0) DESC, `;
    return `(SELECT ${json.element('p', subAttribute)} FROM json_each(${path}) p ORDER BY ${primary}p.key LIMIT 1)`;
  }
  const primary =
    subAttribute === undefined ? '' : `COALESCE((p.value ->> 'primary')::boolean, FALSE) DESC, `;
  return `(SELECT ${json.element('p', subAttribute)} FROM jsonb_array_elements(CASE jsonb_typeof(${path}) WHEN 'array' THEN ${path} ELSE '[]'::jsonb END) WITH ORDINALITY AS p(value, position) ORDER BY ${primary}p.position LIMIT 1)`;
}
