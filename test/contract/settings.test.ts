import { describe, expect, it } from 'vitest';
import { readConfigFile } from '../../src/config/file.ts';
import { describeSettings, type SettingRow } from '../../src/config/schema.ts';
import { read, tableUnder } from './repository.ts';

function tableRow({ name, default: text, required, requiredUnless, secret, help }: SettingRow): string {
  const need = requiredUnless === undefined ? 'required' : `required without \`${requiredUnless}\``;
  const parts = [required ? need : text === '' ? '' : `\`${text}\``, secret ? 'secret' : ''];
  const value = parts.filter((part) => part !== '').join(', ') || '–';
  return `| \`${name}\` | ${value} | ${help} |`;
}

function exampleEntry({ name, default: text, required, help }: SettingRow): string {
  return `# ${help}\n${required ? `${name}=` : `# ${name}=${text}`}`;
}

describe('settings', () => {
  it('stand in the table of the README as they are declared', () => {
    expect(tableUnder(read('README.md'), 'Settings')).toEqual(describeSettings().map(tableRow));
  });

  it('stand in .env.example as they are declared', () => {
    const [, ...entries] = read('.env.example').trim().split('\n\n');

    expect(entries).toEqual(describeSettings().map(exampleEntry));
  });

  it('of chatops.yml are read as the README shows them', () => {
    const examples = [...read('README.md').matchAll(/^ *```yaml\n([\s\S]*?)^ *```$/gm)].map(([, yaml = '']) => yaml);
    const files = examples.filter((yaml) => /^ *projects:/m.test(yaml));

    expect(files).toHaveLength(3);
    for (const yaml of files) expect(readConfigFile(yaml, 'chatops.yml')).toMatchObject({ kind: 'read' });
  });

  it('are each declared once', () => {
    const names = describeSettings().map(({ name }) => name);

    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
  });
});
