export interface Lab {
  /** Folder of the domain controller. */
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  /** `ldaps://` with an address that the certificate names. */
  readonly ldapUrl: string;
  readonly dnsDomain: string;
  readonly netbios: string;
  readonly upnSuffix: string;
  readonly baseDn: string;
  readonly landfallOu: string;
  readonly usersOu: string;
  readonly groupsOu: string;
  readonly archiveOu: string;
  /** Outside everything that is delegated. */
  readonly unmanagedOu: string;
  /** The delegated account. */
  readonly bindDn: string;
  readonly bindPassword: string;
  readonly adminDn: string;
  readonly adminPassword: string;
  readonly caFile: string;
  readonly samLdb: string;
  readonly logFile: string;
  /** Leader of the process group. */
  readonly pid: number;
  /** Orderly end; resolves when every process of the controller is gone. */
  stop(): Promise<void>;
  /** SIGKILL for the whole group. */
  kill(): Promise<void>;
  /** Starts it again on the same address and resolves when it answers LDAP; nothing when it runs. */
  start(): Promise<void>;
  /** Freezes it: connections stay open, nothing answers. */
  pause(): void;
  resume(): void;
}

export interface LabOptions {
  /** Made when it holds no domain; else the domain in it is started as it was left. */
  dir: string;
  /** A folder that holds, or is to hold, a provisioned domain to copy from. */
  template?: string;
  /** Default true: the controller ends when the process that started it does, however that ends. */
  tied?: boolean;
}

export function startLab(options: LabOptions): Promise<Lab>;
export function stopLab(dir: string): Promise<boolean>;
/** Where the domain to copy from belongs below a cache folder. */
export function templateIn(folder: string): string;
