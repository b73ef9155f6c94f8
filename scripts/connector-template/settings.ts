import { IsString } from 'class-validator';

/** `settings:` of a target with `kind: sample`. A name that ends in password, secret or token is given by reference. */
export class SampleSettings {
  /** Folder with one JSON file for each account. Replace it by what your application needs: an address, a token. */
  @IsString()
  folder!: string;
}
