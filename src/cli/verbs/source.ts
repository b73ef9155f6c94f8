import type { Command } from 'commander';
import { api, show } from '../context.js';
import { withExamples } from '../examples.js';
import { printable, table, time } from '../output.js';

interface ParkedRow {
  source: string;
  type: string;
  externalId: string;
  place: string;
  reason: string;
  at: number;
  candidates: { id: string; name?: string }[];
}

interface Assigned {
  result: { outcome: string; resourceId?: string; changes: { path: string }[] };
}

export function addSourceVerbs(program: Command): void {
  const source = program.command('source').description('records of HCM sources that wait for a person');
  addParked(source);
  addAssign(source);
}

function addParked(source: Command): void {
  const parked = source
    .command('parked')
    .description('records that could mean two resources, and why. Exit 3: there are some')
    .argument('[name]', 'one source')
    .action(async (name: string | undefined, _options: object, command: Command) => {
      const answer = await api(command).get<{ parked: ParkedRow[] }>('/sources/parked', { source: name });
      show(command, answer, () => printParked(answer.parked));
      if (answer.parked.length > 0) process.exitCode = 3;
    });
  withExamples(parked, 'landfall source parked', 'landfall source parked hcm');
}

function printParked(parked: readonly ParkedRow[]): string {
  if (parked.length === 0) return 'Nothing is parked.';
  const rows = parked.map(({ source, type, externalId, place, candidates, at }) => [
    source,
    type,
    externalId,
    place,
    candidates.map(({ id, name }) => (name === undefined ? id : `${name} (${id})`)).join(', '),
    time(at),
  ]);
  const reasons = parked.map(({ externalId, reason }) => `${printable(externalId)}: ${printable(reason)}`);
  return [
    table(['SOURCE', 'TYPE', 'EXTERNAL ID', 'WHERE', 'COULD MEAN', 'SINCE'], rows),
    ...reasons,
    'Decide with: landfall source assign SOURCE EXTERNALID RESOURCE (or new)',
  ].join('\n');
}

function addAssign(source: Command): void {
  const assign = source
    .command('assign')
    .description('say whom a parked record means; its externalId then stands for that resource alone')
    .argument('<name>', 'the source')
    .argument('<externalId>')
    .argument('<resource>', 'id, userName or displayName; `new`: somebody who is not in the store')
    .option('--type <type>', 'the resource type, where several wait with this externalId')
    .action(
      async (
        name: string,
        externalId: string,
        resource: string,
        options: { type?: string },
        command: Command,
      ) => {
        const path = `/sources/${encodeURIComponent(name)}/assign`;
        const answer = await api(command).post<Assigned>(path, { externalId, resource, ...options });
        const { outcome, resourceId = '', changes } = answer.result;
        show(command, answer, () =>
          printable(`${externalId} is ${resourceId}: ${outcome}, ${changes.length} attribute(s) changed.`),
        );
      },
    );
  withExamples(
    assign,
    'landfall source assign hcm 4711 nora@contoso.example',
    'landfall source assign hcm 4711 new',
  );
}
