import { expect, test } from 'vitest';
import { Me } from './contract';
import { Memory, Workspaces } from './workspaces';

const ME: Me = {
  name: 'ann',
  admin: false,
  default_workspace: 'user-ann',
  workspaces: [
    { name: 'user-ann', personal: true, role: 'admin' },
    { name: 'team-a', personal: false, role: 'viewer' }
  ]
};

class Kept implements Memory {
  constructor(public name?: string) {}
  fetch = async (): Promise<string | undefined> => this.name;
  save = async (name: string): Promise<void> => void (this.name = name);
}

test('the default is shown until another is chosen, and the choice is kept', async () => {
  const memory = new Kept();
  const workspaces = new Workspaces(memory, async () => ME);
  await workspaces.ready();
  expect(workspaces.current?.name).toBe('user-ann');
  let told = 0;
  workspaces.changed.connect(() => void (told += 1));
  workspaces.choose('team-a');
  workspaces.choose('team-a');
  workspaces.choose('team-b');
  expect([workspaces.current?.name, told, memory.name]).toEqual(['team-a', 1, 'team-a']);
});

test('a workspace that one was taken out of is not shown again', async () => {
  const workspaces = new Workspaces(new Kept('team-old'), async () => ME);
  await workspaces.ready();
  expect(workspaces.current?.name).toBe('user-ann');
});

test('a role covers what the ones before it may do', async () => {
  const workspaces = new Workspaces(new Kept(), async () => ME);
  expect(workspaces.may('viewer')).toBe(false);
  await workspaces.ready();
  expect(workspaces.may('editor')).toBe(true);
  expect(workspaces.may('viewer', 'team-a')).toBe(true);
  expect(workspaces.may('editor', 'team-a')).toBe(false);
  expect(workspaces.may('viewer', 'team-b')).toBe(false);
});

test('a studio that was away is asked again, and only then', async () => {
  let asked = 0;
  const workspaces = new Workspaces(new Kept(), async () => {
    asked += 1;
    if (asked === 1) {
      throw new Error('away');
    }
    return ME;
  });
  await expect(workspaces.ready()).rejects.toThrow('away');
  await Promise.all([workspaces.ready(), workspaces.ready()]);
  expect(asked).toBe(2);
});
