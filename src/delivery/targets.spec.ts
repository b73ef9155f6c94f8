import type { TargetStore } from './ports.js';
import { RunningTarget } from './targets.js';
import type { TargetDefinition } from './target-definition.js';

describe('A running target', () => {
  it('knows its state also when it is told to forget it while it is read', async () => {
    const definition = { name: 'ad', revision: 'r1' } as TargetDefinition;
    const store = { get: () => Promise.resolve(undefined) } as unknown as TargetStore;
    const target = new RunningTarget(definition, store);
    const asked = target.state();
    for (let turns = 0; turns < 10; turns++) queueMicrotask(() => target.forget());
    expect(await asked).toEqual({ name: 'ad', revision: 'r1', state: 'active' });
  });
});
