/**
 * Binds the root machine, which has no specification, to the tool.
 *
 * @module
 */

import { rootMachine } from "../../src/root/machine.ts";
import type { ExplorationModel, Subject } from "../tool/subject.ts";
import { checked } from "./checking.ts";
import { exploreWorld } from "./exploration.ts";
import { reactionVariants } from "./reaction_variants.ts";
import { WORLDS } from "./worlds.ts";

const explorations = new Map(WORLDS.map((world): [string, ExplorationModel] => [world.name, {
  exploreChecked: () => exploreWorld(world, undefined, checked(rootMachine(world.config))),
  explore: () => exploreWorld(world),
}]));

const subject: Subject = {
  graphs: new Map(),
  traces: new Map(),
  mutants: [],
  explorations,
  variants: reactionVariants(),
};

export default subject;
