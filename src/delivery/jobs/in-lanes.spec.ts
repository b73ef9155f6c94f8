import { inLanes } from './in-lanes.js';

const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

describe('Work in lanes', () => {
  it('is begun in order, on no more at once than there are lanes', async () => {
    const begun: number[] = [];
    let active = 0;
    let most = 0;
    await inLanes([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      begun.push(item);
      most = Math.max(most, ++active);
      await pause();
      active--;
    });
    expect({ begun, most }).toEqual({ begun: [1, 2, 3, 4, 5, 6, 7], most: 3 });
  });

  it('begins nothing more after a failure, and tells it when what was begun has ended', async () => {
    const ended: number[] = [];
    const failing = inLanes([1, 2, 3, 4, 5, 6], 2, async (item) => {
      if (item === 2) throw new Error('the second');
      await pause();
      ended.push(item);
    });
    await expect(failing).rejects.toThrow('the second');
    expect(ended).toEqual([1]);
  });
});
