import { ArrayNotEmpty, ArrayUnique, IsArray, IsString } from 'class-validator';
import { Setting } from '../../connectors/setting.js';

/** One entry of authority.yaml, under the name of a resource type: who has the say about some attributes. */
export class AuthorityEntry {
  @Setting('Paths of attributes; a complex one as a whole or by sub-attribute.', {
    example: '[title, name.familyName, manager]',
  })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsString({ each: true })
  attributes!: string[];

  @Setting(
    'Sources, the highest precedence first: the first one that states a value has the say. Others come after all of them.',
    { example: '[hcm, entra]' },
  )
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsString({ each: true })
  sources!: string[];
}
