/**
 * The targets of a page's links.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** The relative links of a page to files and headings that don't exist. */
export function brokenLinks(path: string, text: string): string[] {
  return linksOf(text)
    .filter((link) => !isValid(link, path, text))
    .map((link) => `${path}: ${link}`);
}

/** The other files that a page links to, relative to the repository's root. */
export function targetsOf(path: string, text: string): string[] {
  return linksOf(text)
    .map((link) => link.split("#")[0]!)
    .filter((file) => file !== "")
    .map((file) => new URL(file, new URL(path, ROOT)).href.slice(ROOT.href.length));
}

/** Whether a file or folder is part of the published package. */
export function isPublished(path: string): boolean {
  const { include, exclude } = config.publish;
  const matches = (patterns: readonly string[]) =>
    patterns.some((pattern) => patternOf(pattern).test(path));
  return matches(include) && !matches(exclude);
}

/** Matches a path, or anything in a folder; `*` stands for a part of a name. */
function patternOf(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?()[\]{}|^$]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]*")}(/|$)`);
}

/** The paths that a page names as code, such as `src/core/engine.ts`, and that don't exist. */
export function missingPaths(path: string, text: string): string[] {
  const spans = [...withoutCode(text).matchAll(/`([^`]+)`/g)].map(([, span]) => span!);
  return spans
    .filter((span) => /^(src|tests|spec|docs|bench|demo)\/[\w./]*$/.test(span) && !exists(span))
    .map((span) => `${path}: ${span}`);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(new URL(path, ROOT));
    return true;
  } catch {
    return false;
  }
}

/** The links of a page to other files and to headings, without those to other sites. */
export function linksOf(text: string): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
  return links.filter((link) => !/^\w+:/.test(link));
}

function isValid(link: string, path: string, text: string): boolean {
  const [file, heading] = link.split("#") as [string, string | undefined];
  const url = new URL(file, new URL(path, ROOT));
  if (!exists(url.href)) return false;
  if (heading === undefined) return true;
  return anchorsOf(file === "" ? text : Deno.readTextFileSync(url)).includes(heading);
}

/** The anchors that code hosts give to the headings of a page. */
function anchorsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-")
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, "");
}
