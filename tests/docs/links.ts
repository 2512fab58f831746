/**
 * Where the links of a page lead.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);

/** The links of a page to files and headings that aren't there; others are not looked at. */
export function brokenLinks(path: string, text: string): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
  return links
    .filter((link) => !/^\w+:/.test(link) && !leadsSomewhere(link, path, text))
    .map((link) => `${path}: ${link}`);
}

function leadsSomewhere(link: string, path: string, text: string): boolean {
  const [file, heading] = link.split("#") as [string, string | undefined];
  const url = new URL(file, new URL(path, ROOT));
  try {
    Deno.statSync(url);
  } catch {
    return false;
  }
  if (heading === undefined) return true;
  return anchorsOf(file === "" ? text : Deno.readTextFileSync(url)).includes(heading);
}

/** The anchors of a page's headings, as code hosts make them. */
function anchorsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-")
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, "");
}
