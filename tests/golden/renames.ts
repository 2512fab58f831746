/**
 * Maps the names in recorded runs to the names that the code has, so that runs outlive renames.
 *
 * Runs keep the names that were in use when they were recorded. Their configs and commands are
 * translated before they are stepped, and events are translated back before they are hashed.
 */

/** From recorded names to those in use; what is not listed keeps its name. */
export interface Renames {
  /** Types: `"shed-tasks": "requeue-unstarted"`. */
  readonly types: Names;
  /**
   * Fields, by recorded type (`*` for any) and recorded path, to the key in use:
   * `"submit task.placed": "isPlaced"`. A path goes through arrays as if they were not there.
   */
  readonly fields: Names;
  /** Strings without spaces, by recorded type, path and string: `"* cause caller": "user"`. */
  readonly values: Names;
}

/** The renames since the runs were recorded. */
export const RENAMES: AllRenames = {
  commands: {
    types: {
      "settle": "end-attempt",
      "shed-tasks": "requeue-unstarted",
      "renew-heartbeats": "resume-listening",
    },
    fields: {},
    values: {},
  },
  events: {
    types: {},
    fields: {},
    values: { "* command cordon-agent": "uncordon-agent" },
  },
  configs: { types: {}, fields: {}, values: {} },
};

/** The renames of everything that a run has. */
export interface AllRenames {
  /** A command within another one is translated by its own type. */
  readonly commands: Renames;
  /** What an event has in a field `command` of its own is translated as the type of a command. */
  readonly events: Renames;
  /** All configs are of the type `config`. */
  readonly configs: Renames;
}

type Names = Readonly<Record<string, string>>;
type Data = Readonly<Record<string, unknown>>;
type Typed = Data & { readonly type: string };

/** The command in use for a recorded one. */
export function currentCommand(command: Typed, { commands } = RENAMES): Typed {
  if (isEmpty(commands)) return command;
  const { type, command: inner, ...fields } = command;
  const current = { ...translate(fields, type, commands), type: commands.types[type] ?? type };
  if (inner === undefined) return current;
  return { ...current, command: currentCommand(inner as Typed, { ...RENAMES, commands }) };
}

/** The config in use for a recorded one. */
export function currentConfig(config: Data, { configs } = RENAMES): Data {
  return isEmpty(configs) ? config : translate(config, "config", configs);
}

/** The event as it would have been recorded. */
export function recordedEvent(event: Typed, { commands, events } = RENAMES): Typed {
  if (isEmpty(events) && isEmpty(commands)) return event;
  const back = inverted(events);
  const { type: current, ...fields } = event;
  const type = back.types[current] ?? current;
  const recorded: Typed = { ...translate(fields, type, back, true), type };
  const { command } = recorded;
  if (typeof command !== "string") return recorded;
  return { ...recorded, command: inverted(commands).types[command] ?? command };
}

function isEmpty({ types, fields, values }: Renames): boolean {
  return [types, fields, values].every((table) => Object.keys(table).length === 0);
}

const INVERTED = new WeakMap<Renames, Renames>();

/** The renames the other way round; paths are still recorded ones, but for the last name in them. */
function inverted(renames: Renames): Renames {
  const known = INVERTED.get(renames);
  if (known !== undefined) return known;
  const swap = (table: Names, lastName: RegExp) =>
    Object.fromEntries(
      Object.entries(table).map(([key, name]) => [
        key.replace(lastName, () => name),
        lastName.exec(key)![0],
      ]),
    );
  const result = {
    types: swap(renames.types, /^.*$/),
    fields: swap(renames.fields, /[^ .]+$/),
    values: swap(renames.values, /[^ ]+$/),
  };
  INVERTED.set(renames, result);
  return result;
}

/** Translates fields and values in `data`; `isBack` when the result has the recorded names. */
function translate(data: Data, type: string, renames: Renames, isBack = false): Data {
  const lookUp = (table: Names, key: string) => table[`${type} ${key}`] ?? table[`* ${key}`];
  const visit = (value: unknown, path: string): unknown => {
    if (typeof value === "string") return lookUp(renames.values, `${path} ${value}`) ?? value;
    if (Array.isArray(value)) return value.map((member) => visit(member, path));
    if (Object.prototype.toString.call(value) !== "[object Object]") return value;
    return Object.fromEntries(
      Object.entries(value as Data).map(([key, member]) => {
        const prefix = path === "" ? "" : `${path}.`;
        const name = lookUp(renames.fields, prefix + key) ?? key;
        return [name, visit(member, prefix + (isBack ? name : key))];
      }),
    );
  };
  return visit(data, "") as Data;
}
