/**
 * The pages of a dashboard.
 *
 * @module
 */

export { Dashboard, type PageQuery, type Subject } from "./dashboard.ts";
export type { PageName } from "./types.ts";
export { ASSETS, CONTENT_POLICY } from "./assets.ts";
