interface Account {
  id: string;
  stamp?: string;
  enabled: boolean;
  attributes: Record<string, string>;
  members: string[];
}

export interface StandIn {
  url: string;
  accounts: Record<'users' | 'groups', Map<string, Account>>;
  trouble: number | 'lostAnswer' | undefined;
  close(): Promise<void>;
}

export function startStandIn(options: { token: string; port?: number }): Promise<StandIn>;
