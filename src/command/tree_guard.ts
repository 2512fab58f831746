/**
 * Ends a command and its descendants when this process ends without a word, as after `kill -9`.
 *
 * The command shares the terminal, the session and the process group of this process, so that it may be
 * interactive; a group of its own would be in the background of the terminal. So its descendants are found
 * by their parents, by a shell whose input ends with this process.
 *
 * @module
 */

import { type ShellProcess, startShell } from "../cli/system.ts";

/** The seconds that processes have to end before they are killed. */
const END_S = 5;

/**
 * Reads the id of a process, then `done` once it has ended. When its input ends before, it ends that
 * process and its descendants. Processes are listed from `/proc`, or by `ps` where there is none.
 */
const GUARD = `
list() {
  if [ -r /proc/self/stat ]; then
    for file in /proc/[0-9]*/stat; do
      read -r line < "$file" || continue
      set -- \${line##*) }
      echo "\${line%% *} $2"
    done
  else
    ps -A -o pid= -o ppid=
  fi
}

# Adds to $found the descendants of the processes in it.
grow() {
  all=$(list)
  before=
  while [ "$before" != "$found" ]; do
    before=$found
    set -- $all
    while [ $# -gt 1 ]; do
      case " $found " in
        *" $1 "*) ;;
        *" $2 "*) found="$found $1" ;;
      esac
      shift 2
    done
  done
}

# Removes from $found the processes that have ended.
shrink() {
  left=
  for id in $found; do ! kill -s 0 "$id" || left="$left $id"; done
  found=\${left# }
}

read -r found || exit
read -r word && exit
grow
kill -s TERM $found
kill -s CONT $found
for second in ${"1 ".repeat(END_S)}; do
  shrink
  [ -n "$found" ] || exit
  sleep 1
done
shrink
grow
[ -z "$found" ] || kill -s KILL $found
`;

/** A process that ends a command when this one ends. */
export class TreeGuard {
  readonly #shell: ShellProcess;
  #isWatching = false;

  private constructor(shell: ShellProcess) {
    this.#shell = shell;
  }

  /** Starts it, so that it is there before the command. */
  static async start(): Promise<TreeGuard> {
    return new TreeGuard(await startShell(["-c", GUARD]));
  }

  /** Guards a command; resolves once the guard will know of it, whatever happens to this process. */
  watch(pid: number): Promise<void> {
    this.#isWatching = true;
    return this.#shell.write(`${pid}\n`);
  }

  /** Ends the command and its descendants: asks them first, and kills them after some seconds. */
  end(): void {
    this.#shell.close();
  }

  /** Says that the command has ended, and waits until the guard has, too; after `end`, all of the command. */
  async close(): Promise<void> {
    if (this.#isWatching) await this.#shell.write("done\n");
    this.#shell.close();
    await this.#shell.exit;
  }
}
