/**
 * The rules of a settings class, from the gateway's own class-validator and class-transformer: a connector in a package
 * outside takes them from here. A second class-transformer keeps notes of its own, so that the gateway would not see the
 * class of a nested block, and a second class-validator of another version might not fit the gateway's.
 * Owns: which rules the messages, the editor schemas and the reference have words for (config/explain-rule.ts).
 */
export { Type } from 'class-transformer';
export {
  ArrayMinSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
