import { describeEntraRequests } from './entra-expectations.js';
import { ScimServer } from './scim-server.js';

let server: ScimServer;
beforeAll(async () => {
  server = await ScimServer.start();
});
afterAll(() => server.close());
afterEach(() => {
  expect(server.resources.resources.size).toBe(0);
});

describeEntraRequests('requests of Microsoft Entra ID', () => ({ baseUrl: server.baseUrl, token: 'entra' }));
