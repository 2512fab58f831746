/**
 * The name under which a claim owns locks is part of the vocabulary of events; it is kept there.
 *
 * @module
 */

export { claimOf, claimOwner } from "../kernel/claim_owner.ts";
