import { closeSync, openSync, readFileSync, readSync } from "node:fs";

const PAGE = 4096;

/** How often bytes are in the memory that a process can write to; those that cross two pages are not found. */
export function timesInMemory(pid: number, bytes: Uint8Array): number {
  const maps = readFileSync(`/proc/${pid}/maps`, "latin1").split("\n");
  const memory = openSync(`/proc/${pid}/mem`, "r");
  const pages = openSync(`/proc/${pid}/pagemap`, "r");
  try {
    return maps.reduce((times, line) => {
      const [, from = "0", to = "0"] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
      const present = Buffer.alloc(((end - start) / PAGE) * 8);
      if (present.length > 0) readSync(pages, present, 0, present.length, (start / PAGE) * 8);
      for (let at = start; at < end; at += PAGE) {
        // Bits 62 and 63 of proc_pid_pagemap(5): in swap, in memory.
        if ((present[((at - start) / PAGE) * 8 + 7] ?? 0) >> 6 !== 0) times += timesInPage(memory, at, bytes);
      }
      return times;
    }, 0);
  } finally {
    closeSync(memory);
    closeSync(pages);
  }
}

const page = Buffer.alloc(PAGE);

function timesInPage(memory: number, at: number, bytes: Uint8Array): number {
  try {
    readSync(memory, page, 0, PAGE, at);
  } catch {
    return 0;
  }
  let times = 0;
  for (let found = page.indexOf(bytes); found !== -1; found = page.indexOf(bytes, found + 1)) times++;
  return times;
}
