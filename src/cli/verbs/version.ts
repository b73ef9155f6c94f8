import type { Command } from 'commander';
import { show } from '../context.js';

export function addVersionVerb(program: Command, version: string): void {
  program
    .command('version')
    .description('of Landfall and of what it runs on')
    .action((_options: object, command: Command) => {
      const answer = {
        landfall: version,
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
      };
      show(command, answer, () => `landfall ${version} (Node ${answer.node}, ${answer.platform})`);
    });
}
