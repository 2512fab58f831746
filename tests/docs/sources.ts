/**
 * The files that the documentation consists of, and those that it is compared with.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);

/** A file; `path` is relative to the repository's root. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** All pages, README.md first. */
export function pages(): Page[] {
  const others = ["CHANGELOG.md", "CONTRIBUTING.md", "spec/README.md"];
  return ["README.md", ...others, ...list("docs", ".md")].map(read);
}

/** The source files. */
export function sources(): Page[] {
  return ["mod.ts", "events.ts", "machine.ts", ...list("src", ".ts")].map(read);
}

/** The files of tests. */
export function tests(): Page[] {
  return list("tests", ".ts").map(read);
}

function read(path: string): Page {
  return { path, text: Deno.readTextFileSync(new URL(path, ROOT)) };
}

function list(folder: string, ending: string): string[] {
  return [...Deno.readDirSync(new URL(`${folder}/`, ROOT))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? list(path, ending) : path.endsWith(ending) ? [path] : [];
  }).sort();
}
