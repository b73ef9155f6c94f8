import { BadRequestException } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

/** Checks a request body of the operations API; every problem at once, in words. Nothing is converted: "false" is no Boolean. */
export function checked<T extends object>(type: new () => T, given: unknown): T {
  return validated(plainToInstance(type, given ?? {}));
}

/** The same for a query, where numbers come as text. */
export function checkedQuery<T extends object>(type: new () => T, given: unknown): T {
  return validated(plainToInstance(type, given ?? {}, { enableImplicitConversion: true }));
}

function validated<T extends object>(instance: T): T {
  const problems = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true });
  if (problems.length > 0) {
    const detail = problems.flatMap((problem) =>
      Object.values(problem.constraints ?? { [problem.property]: 'is wrong' }),
    );
    throw new BadRequestException(`The request cannot be used: ${detail.join('; ')}.`);
  }
  return instance;
}
