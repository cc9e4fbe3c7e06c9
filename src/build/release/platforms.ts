/** A platform that releases are built for. */
export interface Platform {
  /** The name in file names of a release. */
  readonly name: string;
  readonly target: Bun.Build.CompileTarget;
  /** The package with Bun's executable. */
  readonly runtime: string;
  /** The package with the Argon2 addon. */
  readonly addon: string;
  /** npm's names: the fields `os`, `cpu` and `libc` of a package.json. */
  readonly npm: { readonly os: string; readonly cpu: string; readonly libc?: "glibc" | "musl" };
}

export const PLATFORMS: readonly Platform[] = [
  {
    name: "linux-x64",
    target: "bun-linux-x64",
    runtime: "@oven/bun-linux-x64",
    addon: "@node-rs/argon2-linux-x64-gnu",
    npm: { os: "linux", cpu: "x64", libc: "glibc" },
  },
  {
    name: "linux-arm64",
    target: "bun-linux-arm64",
    runtime: "@oven/bun-linux-aarch64",
    addon: "@node-rs/argon2-linux-arm64-gnu",
    npm: { os: "linux", cpu: "arm64", libc: "glibc" },
  },
  {
    name: "linux-x64-musl",
    target: "bun-linux-x64-musl",
    runtime: "@oven/bun-linux-x64-musl",
    addon: "@node-rs/argon2-linux-x64-musl",
    npm: { os: "linux", cpu: "x64", libc: "musl" },
  },
  {
    name: "linux-arm64-musl",
    target: "bun-linux-arm64-musl",
    runtime: "@oven/bun-linux-aarch64-musl",
    addon: "@node-rs/argon2-linux-arm64-musl",
    npm: { os: "linux", cpu: "arm64", libc: "musl" },
  },
  {
    name: "darwin-arm64",
    target: "bun-darwin-arm64",
    runtime: "@oven/bun-darwin-aarch64",
    addon: "@node-rs/argon2-darwin-arm64",
    npm: { os: "darwin", cpu: "arm64" },
  },
  {
    name: "darwin-x64",
    target: "bun-darwin-x64",
    runtime: "@oven/bun-darwin-x64",
    addon: "@node-rs/argon2-darwin-x64",
    npm: { os: "darwin", cpu: "x64" },
  },
  {
    name: "windows-x64",
    target: "bun-windows-x64",
    runtime: "@oven/bun-windows-x64",
    addon: "@node-rs/argon2-win32-x64-msvc",
    npm: { os: "win32", cpu: "x64" },
  },
];

/** The platforms with these names; all platforms if there are no names. @throws Error for an unknown name */
export function platformsNamed(names: readonly string[]): readonly Platform[] {
  if (names.length === 0) return PLATFORMS;
  return names.map((name) => {
    const platform = PLATFORMS.find((each) => each.name === name);
    if (platform) return platform;
    throw new Error(`unknown platform ${name}: ${PLATFORMS.map((each) => each.name).join(", ")}`);
  });
}

/** The executable's file name on a platform. */
export function executableName({ npm }: Platform): string {
  return npm.os === "win32" ? "pprotect.exe" : "pprotect";
}
