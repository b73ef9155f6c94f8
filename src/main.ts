import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { guardBodies } from './auth/index.js';
import { printProblem, printProblems } from './config/problem.js';
import { scimSettings, tlsOptions } from './gateway-options.js';
import { acceptUploads } from './operations/accept-uploads.js';
import { GatewayLog } from './log.js';
import { readConfig } from './read-config.js';
import { configureScimHttp, scimFastifyOptions } from './scim/http/configure-http.js';

const version = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/** Starts the gateway with the configuration folder that LANDFALL_CONFIG names. Exit 2: the configuration cannot be used. */
async function main(): Promise<void> {
  const folder = process.env.LANDFALL_CONFIG ?? 'config';
  const { problems, ...read } = await readConfig(folder);
  if (problems.length > 0) {
    process.stderr.write(`${printProblems(folder, problems)}\n`);
    process.exit(2);
  }
  const { config } = read;
  const log = new GatewayLog(config.server.logLevel);
  for (const warning of read.warnings) log.warn(printProblem(warning, folder));
  const settings = scimSettings(config, version);
  const adapter = new FastifyAdapter({
    ...scimFastifyOptions(settings),
    ...tlsOptions(config),
    ...(config.server.trustedProxies.length > 0 ? { trustProxy: config.server.trustedProxies } : {}),
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register({ ...read, log, version }),
    adapter,
    {
      logger: log,
      abortOnError: false,
    },
  );
  configureScimHttp(app, settings);
  acceptUploads(app);
  guardBodies(app);
  // SIGHUP reads auth.yaml again.
  app.enableShutdownHooks(process.stdout.isTTY ? undefined : ['SIGINT', 'SIGTERM']);
  await app.listen(config.server.port, config.server.host);
  log.info(
    { url: await app.getUrl(), config: folder, targets: config.targets.map(({ name }) => name), version },
    'landfall is ready',
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`landfall: cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env.LANDFALL_DEBUG) process.stderr.write(`${String((error as Error).stack)}\n`);
  process.exit(1);
});
