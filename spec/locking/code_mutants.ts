import type { CodeMutant } from "../tool/subject.ts";
export const MUTANTS: readonly CodeMutant[] = [];
