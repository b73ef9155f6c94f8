import { createDataSource, type StoreOptions } from './src/store/data-source.js';
import { loadStoreOptions } from './src/config/store-options.js';

/** The DataSource of the TypeORM command line: the same store that the gateway uses, named by the same config/store.yaml. */
const options: StoreOptions = loadStoreOptions();

export default createDataSource(options);
