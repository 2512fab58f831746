/**
 * Completions for shells, from the table of verbs.
 *
 * @module
 */

import { RUN_OPTIONS } from "../../cli/args.ts";
import { JOURNAL_COMMANDS, JOURNAL_OPTIONS } from "../../cli/journal_args.ts";
import { type Context, UsageError, type Verb } from "../verb.ts";

type Verbs = ReadonlyMap<string, Verb>;

/** The options of the commands that are no verbs. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  run: Object.keys(RUN_OPTIONS),
  ...Object.fromEntries(
    JOURNAL_COMMANDS.filter((name) => name !== "log").map((
      name,
    ) => [name, [...Object.keys(JOURNAL_OPTIONS[name]), "help"]]),
  ),
  help: [],
};

/** `lockstep completions`. */
export function completions(context: Context): Promise<void> {
  const [shell] = context.need(1);
  const script = { bash, zsh, fish }[shell!];
  if (script === undefined) throw new UsageError(`completions must be for bash, zsh or fish`);
  context.write(script(context.verbs));
  return Promise.resolve();
}

function bash(verbs: Verbs): string {
  const ofVerbs = [...verbs.values()].map(({ name, options }) => [name, optionsOf(options)]);
  const ofOthers = Object.entries(OTHERS).map(([name, options]) => [name, dashed(options)]);
  const cases = [...ofVerbs, ...ofOthers].map(([name, words]) =>
    `    ${name}) words="${words}" ;;`
  );
  return `_lockstep() {
  local words="${[...verbs.keys(), ...Object.keys(OTHERS)].join(" ")}"
  if [ "$COMP_CWORD" -gt 1 ]; then
    words="--help"
    case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [ "$COMP_CWORD" -gt 1 ] && [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _lockstep lockstep
`;
}

function zsh(verbs: Verbs): string {
  const lines = [...verbs.values()].map(({ name, summary }) =>
    `    '${name}:${summary.replaceAll("'", "").replaceAll(":", " ")}'`
  );
  return `#compdef lockstep
_lockstep() {
  local -a verbs
  verbs=(
${lines.join("\n")}
  )
  if (( CURRENT == 2 )); then _describe 'command' verbs; else _files; fi
}
compdef _lockstep lockstep
`;
}

function fish(verbs: Verbs): string {
  const lines = [...verbs.values()].flatMap(({ name, summary, options }) => [
    `complete -c lockstep -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", "")}'`,
    ...Object.entries(options).map(([option, { help }]) =>
      `complete -c lockstep -n '__fish_seen_subcommand_from ${name}' -l ${option} -d '${
        help.replaceAll("'", "")
      }'`
    ),
  ]);
  const others = Object.entries(OTHERS).flatMap(([name, options]) => [
    `complete -c lockstep -n __fish_use_subcommand -a ${name}`,
    ...options.map((option) =>
      `complete -c lockstep -n '__fish_seen_subcommand_from ${name}' -l ${option}`
    ),
  ]);
  return `${[...lines, ...others].join("\n")}\n`;
}

function optionsOf(options: object): string {
  return dashed([...Object.keys(options), "dir", "no-start", "help"]);
}

function dashed(options: readonly string[]): string {
  return options.map((name) => `--${name}`).join(" ");
}
