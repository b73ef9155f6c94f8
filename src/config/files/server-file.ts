import { Type } from 'class-transformer';
import {
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { FilePath, Setting } from '../../connectors/setting.js';

export class TlsBlock {
  @Setting('PEM file of the certificate and the ones between it and the authority.', {
    example: 'tls/certificate.pem',
  })
  @FilePath()
  certFile!: string;

  @Setting('PEM file of its private key.', { example: 'tls/key.pem' })
  @FilePath()
  keyFile!: string;
}

/** server.yaml */
export class ServerFile {
  @Setting(
    'Address to listen on. Behind a reverse proxy or an Entra provisioning agent on the same machine: 127.0.0.1.',
  )
  @IsOptional()
  @IsString()
  host = '127.0.0.1';

  @Setting('Port to listen on. The environment variable PORT beats it.')
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(65535)
  port = 8080;

  @Setting(
    'The gateway as clients reach it, for `Location` and `$ref`. Without it they follow the Host header.',
    {
      example: 'https://scim.example.com',
    },
  )
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  publicUrl?: string;

  @Setting('Addresses or networks of reverse proxies whose X-Forwarded-For is believed.', {
    example: ['10.0.0.0/8'],
  })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  trustedProxies: string[] = [];

  @Setting('How much the log says.')
  @IsOptional()
  @IsIn(['error', 'warn', 'info', 'debug'])
  logLevel = 'info';

  @Setting('Serves HTTPS (TLS 1.2 or later) itself, without a reverse proxy.')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => TlsBlock)
  tls?: TlsBlock;
}
