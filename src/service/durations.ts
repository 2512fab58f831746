/**
 * Parses and formats durations and sizes such as `1h30m` and `512k`.
 *
 * @module
 */

import { LONGEST_MS } from "../core/arguments.ts";

/** Syntax of a duration, for messages. */
export const DURATION_RULE = "a duration such as 500ms, 10s, 10m or 1h30m";

const DURATION =
  /^(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/;
const UNITS_MS = [86_400_000, 3_600_000, 60_000, 1000, 1];

/** Parses a duration into milliseconds; `undefined` if it is invalid, zero or too large for a timer. */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text.trim());
  if (parts === null) return undefined;
  let ms = 0;
  UNITS_MS.forEach((unit, i) => ms += Number(parts[i + 1] ?? 0) * unit);
  ms = Math.round(ms);
  return ms > 0 && ms <= LONGEST_MS ? ms : undefined;
}

/** Formats a measured time, rounded: `850ms`, `12.3s`, `4m 05s`, `1h 02m`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${twoDigits(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
}

/** Formats a time limit exactly, without parts that are zero: `10m`, `1h30m`, `1s500ms`. */
export function describeDuration(ms: number): string {
  const names = ["d", "h", "m", "s", "ms"];
  let rest = ms;
  let text = "";
  UNITS_MS.forEach((unit, i) => {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    if (count > 0) text += `${count}${names[i]}`;
  });
  return text === "" ? "0ms" : text;
}

/** Syntax of a size, for messages. */
export const SIZE_RULE = "a size such as 4096, 64k, 10m or 1g";

const SIZE = /^(\d+(?:\.\d+)?)\s*(b|[kmg](?:i?b)?)?$/;
const UNITS_BYTES: Record<string, number> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Parses a size into bytes, with units that are powers of 1024; `undefined` if it is invalid. */
export function parseSize(text: string): number | undefined {
  const parts = SIZE.exec(text.trim().toLowerCase());
  if (parts === null) return undefined;
  const unit = UNITS_BYTES[parts[2]?.charAt(0) ?? "b"] ?? 1;
  const bytes = Math.round(Number(parts[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Formats a number of bytes: `512 bytes`, `1.5 KiB`. */
export function formatSize(bytes: number): string {
  if (bytes === 1) return "1 byte";
  if (bytes < 1024) return `${bytes} bytes`;
  for (const [i, unit] of ["KiB", "MiB", "GiB"].entries()) {
    const value = bytes / 1024 ** (i + 1);
    if (value < 1023.95 || unit === "GiB") return `${value.toFixed(1).replace(/\.0$/, "")} ${unit}`;
  }
  return `${bytes} bytes`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
