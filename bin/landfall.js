#!/usr/bin/env node
import { compiled } from './compiled.js';

await compiled('cli/main.js');
