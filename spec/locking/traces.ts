import type { Trace } from "../tool/subject.ts";
export function goodTraces(): Promise<readonly Trace[]> {
  return Promise.resolve([]);
}
export function badTraces(): Promise<readonly Trace[]> {
  return Promise.resolve([]);
}
export function randomTraces(): Promise<readonly Trace[]> {
  return Promise.resolve([]);
}
