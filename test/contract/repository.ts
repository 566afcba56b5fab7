import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the repository. */
export const root = path.join(import.meta.dirname, '..', '..');

/** A file of the repository as text. */
export function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** Paths of all files below `folder`, relative to the repository, with `/` between folders; dependencies left out. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = folder === '.' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', '.git'].includes(name) ? [] : filesIn(name);
    return [name];
  });
}

/** The rows of the Markdown table under a heading, each as written. */
export function tableUnder(markdown: string, heading: string): readonly string[] {
  const section = markdown.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  // The first two are the head and the line below it.
  return rows.slice(2);
}
