/** What `npm run new:connector` starts from passes the contract. */
import '../../scripts/connector-template/sample.spec.js';
