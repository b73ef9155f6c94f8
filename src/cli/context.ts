import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CliError } from './cli-error.js';
import { OperationsApi } from './operations-api.js';

export interface GlobalOptions {
  config: string;
  json?: boolean;
  tokenFile?: string;
  url?: string;
}

/** LANDFALL_CONFIG, else ./config, else what the quickstart made. */
export function defaultConfig(): string {
  if (process.env.LANDFALL_CONFIG) return process.env.LANDFALL_CONFIG;
  return existsSync('.landfall/config') ? '.landfall/config' : 'config';
}

export const globals = (command: Command): GlobalOptions => command.optsWithGlobals<GlobalOptions>();

export const api = (command: Command): OperationsApi => new OperationsApi(globals(command));

/** The answer as JSON when asked for, else in words. */
export function show(command: Command, answer: unknown, words: () => string): void {
  process.stdout.write(`${globals(command).json ? JSON.stringify(answer, null, 2) : words()}\n`);
}

export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CliError(`${file} cannot be read as JSON: ${(error as Error).message}`, 2);
  }
}
