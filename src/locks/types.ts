/**
 * Public data types of locks.
 *
 * @module
 */

/** How a resource is held. */
export type LockMode =
  /** Alone, or as one of the `capacity` units of a counted resource. */
  | "exclusive"
  /** Together with any number of other shared holders. */
  | "shared";

/** A resource that somebody asks for, and how. */
export interface ResourceRequest {
  /** Any name that all who use the resource agree on: a path, say. */
  readonly resourceId: string;
  /** Whether others may hold it at the same time. */
  readonly mode: LockMode;
  /** How many units of a counted resource; 1 of any other, and of a shared one. */
  readonly units: number;
}
