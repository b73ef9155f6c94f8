import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';

export const uploadPath = '/operations/v1/import/csv/files/';

/** A file is handed on as it arrives, never held in memory as a body is. Call it before `app.listen()`. */
export function acceptUploads(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addContentTypeParser(
      'text/csv',
      (
        request: FastifyRequest,
        content: IncomingMessage,
        done: (error: Error | null, body?: unknown) => void,
      ) => {
        if (request.url.startsWith(uploadPath)) done(null, content);
        else done(Object.assign(new Error('Nothing here takes text/csv.'), { statusCode: 415 }));
      },
    );
}
