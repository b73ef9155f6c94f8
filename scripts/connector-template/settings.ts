import { FilePath, Setting } from '../../src/connectors/connector-kit.js';

/** `settings:` of a target with `kind: sample`. A name that ends in password, secret or token is given by reference. */
export class SampleSettings {
  @Setting(
    'Folder with one JSON file for each account. Replace it by what your application needs: an address, a token.',
  )
  @FilePath()
  folder!: string;
}
