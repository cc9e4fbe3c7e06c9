// The program of the second thread: see scan-ahead.ts.
import { wholeFile } from "../../../scan/scan-text.ts";
import { scanText } from "../../../scan/scanner.ts";
import { contentOnDisk, looksBinary } from "../work-tree-file.ts";
import { Claims } from "./claims.ts";
import type { FileScan, Handover, ThreadAnswer } from "./handover.ts";

/** The thread itself. */
declare const self: {
  onmessage: ((event: MessageEvent<Handover>) => void) | null;
  postMessage(answer: ThreadAnswer): void;
};

self.onmessage = ({ data }: MessageEvent<Handover>) => {
  // Without this the thread would not end, but wait for another message.
  self.onmessage = null;
  self.postMessage(scanBackwards(data));
};

/** Scans the files from the last one on, until one is taken by the other thread. */
function scanBackwards({ directory, files, memory }: Handover): ThreadAnswer {
  const claims = new Claims(memory);
  const scans: [index: number, scan: FileScan][] = [];
  for (let index = files.length - 1; index >= 0 && claims.take(index); index--) {
    const file = files[index];
    const bytes = file && contentOnDisk(directory, file);
    if (!bytes || looksBinary(bytes)) continue;
    const suppressed: FileScan["suppressed"][number][] = [];
    const findings = scanText(file.path, wholeFile(bytes), {
      onSuppressed: (finding) => suppressed.push(finding),
    });
    scans.push([index, { findings, suppressed }]);
  }
  return scans;
}
