import { describeEntraRequests } from './entra-expectations.js';
import type { MemoryResources } from './memory-resources.js';
import { ScimServer } from './scim-server.js';

let server: ScimServer<MemoryResources>;
beforeAll(async () => {
  server = await ScimServer.start();
});
afterAll(() => server.stop());
afterEach(() => {
  expect(server.resources.resources.size).toBe(0);
});

describeEntraRequests('requests of Microsoft Entra ID', () => ({ baseUrl: server.baseUrl, token: 'entra' }));
