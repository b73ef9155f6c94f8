#!/usr/bin/env node
/** `npm start`: the gateway alone, with the configuration folder that LANDFALL_CONFIG names (default ./config). */
import { compiled } from './compiled.js';

await compiled('main.js');
