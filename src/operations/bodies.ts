import { BadRequestException } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

/** Checks a request body or query of the operations API; every problem at once, in words. */
export function checked<T extends object>(type: new () => T, given: unknown): T {
  const instance = plainToInstance(type, given ?? {}, { enableImplicitConversion: true });
  const problems = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true });
  if (problems.length > 0) {
    const detail = problems.flatMap((problem) =>
      Object.values(problem.constraints ?? { [problem.property]: 'is wrong' }),
    );
    throw new BadRequestException(`The request cannot be used: ${detail.join('; ')}.`);
  }
  return instance;
}
