import process from "node:process";
import { assertEquals, assertThrows } from "@std/assert";
import { type Invocation, parseCommandLine, RUN_HELP } from "../../src/cli/args.ts";
import { UsageError } from "../../src/cli/problems.ts";
import { parseWorkflow } from "../../src/cli/parse.ts";
import { runtimeProblem } from "../../src/cli/system.ts";

const DEFAULTS: Invocation = {
  command: "run",
  file: "w.yaml",
  journal: undefined,
  resume: undefined,
  only: undefined,
  agents: undefined,
  dashboard: false,
  keepGoing: false,
  dryRun: false,
  graph: undefined,
  json: false,
  output: undefined,
  maxOutputBytes: undefined,
  graceMs: undefined,
};

Deno.test("parseCommandLine() reads every option, before and after the file", () => {
  assertEquals(parseCommandLine(["run", "w.yaml"]), DEFAULTS);
  const line = "run --only a,b --agents 3 w.yaml --keep-going --output fold --max-output 64k " +
    "--grace 2s --only c";
  assertEquals(parseCommandLine(line.split(" ")), {
    ...DEFAULTS,
    only: ["a", "b", "c"],
    agents: 3,
    keepGoing: true,
    output: "fold",
    maxOutputBytes: 65_536,
    graceMs: 2000,
  });
  const other = ["run", "--dry-run", "--json", "w.yaml"];
  assertEquals(parseCommandLine(other), { ...DEFAULTS, dryRun: true, json: true });
});

Deno.test("parseCommandLine() takes --graph with and without a format, before and after the file", () => {
  const mermaid = { ...DEFAULTS, graph: "mermaid" };
  assertEquals(parseCommandLine(["run", "--graph", "w.yaml"]), mermaid);
  assertEquals(parseCommandLine(["run", "w.yaml", "--graph"]), mermaid);
  assertEquals(parseCommandLine(["run", "--graph", "mermaid", "w.yaml"]), mermaid);
  assertEquals(parseCommandLine(["run", "w.yaml", "--graph", "dot"]), { ...mermaid, graph: "dot" });
});

Deno.test("parseCommandLine() reads help and version", () => {
  assertEquals(parseCommandLine(["--help"]), { command: "help", topic: "lockstep" });
  assertEquals(parseCommandLine(["help", "run"]), { command: "help", topic: "run" });
  assertEquals(parseCommandLine(["run", "-h"]), { command: "help", topic: "run" });
  assertEquals(parseCommandLine(["--version"]), { command: "version" });
});

Deno.test("parseCommandLine() refuses invalid arguments, and suggests similar ones", () => {
  const complaints: [string, string][] = [
    ["rnu", 'unknown command "rnu"; did you mean "run"?'],
    ["--hlep", 'unknown option "--hlep"; did you mean "--help"?'],
    ["run", "run must be given a FILE, got none"],
    ["run a b", 'run must be given one FILE, got also "b"'],
    ["run a --keepgoing", 'unknown option "--keepgoing"; did you mean "--keep-going"?'],
    ["run a --agents 0", '--agents must be an integer from 1 to 10000, got "0"'],
    ["run a --graph=png", '--graph must be one of mermaid, dot, got "png"'],
    [
      "run a --output flod",
      '--output must be one of stream, fold, got "flod"; did you mean "fold"?',
    ],
    ["run a --max-output x", '--max-output must be a size such as 4096, 64k, 10m or 1g, got "x"'],
    ["run a --only=", '--only must be tasks separated by commas, got ""'],
    ["run a --only ,", '--only must be tasks separated by commas, got ","'],
    ["run a --only b,", '--only must be tasks separated by commas, got "b,"'],
    ["run a --graph --json", "--graph must not come with --json: a graph has formats of its own"],
    ["run a --graph --dry-run", "--graph must not come with --dry-run: neither runs anything"],
    ["run a --json --output fold", "--output must not come with --json: events hold all output"],
    [
      "run a --json --max-output 1k",
      "--max-output must not come with --json: events hold all output",
    ],
    [
      "run a --output stream --max-output 1k",
      "--max-output must not come with --output stream, which keeps nothing",
    ],
    ["run a --grace 5", '--grace must be a duration such as 500ms, 10s, 10m or 1h30m, got "5"'],
  ];
  for (const [line, complaint] of complaints) {
    const args = line.split(" ");
    const error: UsageError = assertThrows(() => parseCommandLine(args), UsageError);
    assertEquals(error.message, complaint);
  }
});

Deno.test("the guide has every option, variable and exit code that the help has", async () => {
  const guide = await Deno.readTextFile(new URL("../../docs/workflows.md", import.meta.url));
  const words = RUN_HELP.match(/--[a-z]+(-[a-z]+)*|LOCKSTEP_[A-Z_]+|\b1[0-9]{2}\b/g)!;
  const missing = [...new Set(words)].filter((word) => !guide.includes(word));
  assertEquals(missing, ["--help"]);
});

Deno.test("lockstep without a command says how to begin", () => {
  const { message } = assertThrows(() => parseCommandLine([]), UsageError);
  assertEquals(message.split("\n")[0], "a command must be given, got none");
  assertEquals(message.includes("lockstep run workflow.yaml"), true);
  const example = message.slice(message.indexOf("  tasks:"), message.indexOf("and run it"));
  assertEquals(parseWorkflow(example).tasks.map(({ id }) => id), ["build", "test"]);
});

Deno.test("a Node that is too old is named, with the one that is needed", () => {
  const rule = "Node.js must be 22.18 or newer, got 20.19.4";
  assertEquals(runtimeProblem({ node: "20.19.4" }), rule);
  assertEquals(runtimeProblem({ node: "22.17.0" })?.endsWith("got 22.17.0"), true);
  for (const node of ["22.18.0", "24.0.1"]) assertEquals(runtimeProblem({ node }), undefined);
  assertEquals(runtimeProblem({ node: "20.0.0", deno: "2.9.6" }), undefined);
  assertEquals(runtimeProblem({ node: "20.0.0", bun: "1.3.0" }), undefined);
  assertEquals(runtimeProblem(process.versions), undefined);
});
