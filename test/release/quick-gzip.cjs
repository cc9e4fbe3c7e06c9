// Preloaded into `npm pack`, whose gzip of a binary otherwise takes ten seconds: it stores and does not compress.
const zlib = require("node:zlib");

const { Gzip } = zlib;
zlib.Gzip = class extends Gzip {
  constructor(options) {
    super({ ...options, level: 0 });
  }
};
