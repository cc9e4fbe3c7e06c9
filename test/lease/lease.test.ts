import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { coverageOf, planLeases } from "../../src/lease/cover.ts";
import { encodeFrame, FrameReader } from "../../src/lease/frame.ts";
import { boxHash, checkPatterns, type Grant, leaseDomain } from "../../src/lease/grant.ts";
import { decodeHandover, encodeHandover } from "../../src/lease/process/handover.ts";
import { KeyRing } from "../../src/lease/process/key-ring.ts";
import { Lease } from "../../src/lease/process/lease.ts";
import { isOver, remaining, termsOf } from "../../src/lease/terms.ts";
import { decodeToken, encodeToken, isToken, LEASE_ID, leaseIdOf, newToken } from "../../src/lease/token.ts";
import { openDomainKey } from "../../src/store/domain.ts";
import { findDomain } from "../../src/store/lookup.ts";
import { STORE, wanted } from "../support/leases.ts";
import { ALICE, sampleStore, unlocked } from "../support/stores.ts";

const HOUR = 3_600_000;

/** A clock that a test sets: the machine's is left alone. */
class TestClock {
  now = 1_000_000_000_000;
  boot = 5_000;

  wall = (): number => this.now;
  sinceBoot = (): number => this.boot;

  /** Time goes by. */
  pass(ms: number): void {
    this.now += ms;
    this.boot += ms;
  }
}

function grantOf(domains: Grant["domains"], clock: TestClock, changes: Partial<Grant> = {}): Grant {
  return {
    id: "0123456789abcdef",
    client: undefined,
    reason: undefined,
    custodian: ALICE.name,
    domains,
    since: clock.wall(),
    until: clock.wall() + HOUR,
    uses: undefined,
    private: false,
    program: undefined,
    ...changes,
  };
}

/** A lease of `dev`, without a process. */
function leaseOf(changes: Partial<Grant> = {}, only: readonly string[] = []) {
  const file = sampleStore();
  const clock = new TestClock();
  const domain = findDomain(file.data, "dev");
  const grant = grantOf([leaseDomain("dev", domain, STORE, only)], clock, changes);
  const privateKey = openDomainKey("dev", domain, unlocked(file, ALICE)).bytes();
  const state = { programEnded: false };
  const token = newToken();
  const keys = KeyRing.from(grant.domains, [privateKey]);
  const lease = new Lease({ grant, keys, token, clock, programHasEnded: () => state.programEnded });
  const { publicKey, boxes } = wanted(file, "dev");
  const request = { version: 1, request: "open", publicKey, boxes: boxes.map(([, box]) => box) };
  return { file, clock, lease, state, token, request, privateKey };
}

describe("a lease is over", () => {
  test("when its time is, by both clocks", () => {
    const { clock, lease } = leaseOf();
    clock.pass(HOUR - 1);
    expect([lease.whyOver(), lease.remaining]).toEqual([undefined, 1]);
    clock.pass(1);
    expect([lease.whyOver(), lease.remaining]).toEqual(["expired", 0]);
  });

  test("when the machine was suspended for that long: timers and the clock of the program do not advance then", () => {
    const { clock, lease } = leaseOf();
    clock.boot += HOUR;
    clock.now += HOUR;
    expect(lease.whyOver()).toBe("expired");
  });

  test("though the date was set back meanwhile, or right after", () => {
    const { clock, lease } = leaseOf();
    clock.pass(HOUR / 2);
    clock.now -= 24 * HOUR;
    expect(lease.whyOver()).toBeUndefined();
    clock.pass(HOUR / 2);
    expect(lease.whyOver()).toBe("expired");
  });

  test("when the date was set past its end", () => {
    const { clock, lease } = leaseOf();
    clock.now += HOUR;
    expect(lease.whyOver()).toBe("expired");
  });

  test("when its program is", () => {
    const { lease, state } = leaseOf();
    state.programEnded = true;
    expect(lease.whyOver()).toBe("program_ended");
  });

  test("after its uses, when the last client has gone; no other gets anything meanwhile", () => {
    const { lease, request } = leaseOf({ uses: 1 });
    const [first, second] = [lease.begin(), lease.begin()];
    expect(lease.answer(first, request).payload?.length).toBeGreaterThan(0);
    expect(lease.answer(second, request).header).toEqual({ refused: "used_up" });
    expect(lease.answer(first, request).payload?.length).toBeGreaterThan(0);
    expect([lease.used, lease.whyOver()]).toEqual([1, undefined]);
    lease.leave(second);
    expect(lease.whyOver()).toBeUndefined();
    lease.leave(first);
    expect(lease.whyOver()).toBe("used_up");
  });

  test("and not by what opens nothing", () => {
    const { lease, request } = leaseOf({ uses: 1 });
    const visit = lease.begin();
    lease.answer(visit, { version: 1, request: "describe" });
    lease.answer(visit, { ...request, boxes: [] });
    lease.answer(visit, { ...request, boxes: ["not a sealed value"] });
    expect(lease.used).toBe(0);
  });

  test("and opens nothing any more, nor accepts its token", async () => {
    const { lease, request } = leaseOf();
    await lease.clear();
    expect(lease.answer(lease.begin(), request).header).toEqual({ refused: "other_key" });
  });

  test("by the clock that comes first", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 9 }), fc.nat(), fc.nat(), (ttl, wall, boot) => {
        const clock = new TestClock();
        const terms = termsOf({ since: clock.wall(), until: clock.wall() + ttl }, clock);
        clock.now += wall;
        clock.boot += boot;
        expect(isOver(terms, clock)).toBe(Math.max(wall, boot) >= ttl);
        expect(remaining(terms, clock)).toBe(Math.max(0, ttl - Math.max(wall, boot)));
      }),
    );
  });
});

describe("the keys of a lease", () => {
  test("are overwritten where they were handed over", () => {
    const { privateKey } = leaseOf();
    expect([...privateKey].every((byte) => byte === 0)).toBe(true);
  });

  test("belong to the public keys of its domains, or it does not start", () => {
    const clock = new TestClock();
    const { domains } = grantOf(
      [leaseDomain("dev", findDomain(sampleStore().data, "dev"), STORE, [])],
      clock,
    );
    expect(() => KeyRing.from(domains, [new Uint8Array(32).fill(7)])).toThrow(
      "a private key does not belong to its public key",
    );
  });
});

test("a limited lease does not cover a value that has another name too: it may have been put under the allowed one", () => {
  const secrets = new Map([
    ["api-key", "box 1"],
    ["db-password", "box 2"],
    ["api-copy", "box 2"],
  ]);
  const domains = new Map([["dev", { secrets }]]);
  expect(() => checkPatterns(domains, ["api-*"])).toThrow(
    'secret "api-copy" in domain "dev" has the sealed value of "db-password"',
  );
  for (const only of [[], ["api-key"], ["api-*", "db-*"], ["dev/*"]])
    expect(() => checkPatterns(domains, only)).not.toThrow();
});

test("patterns match names as globs, of a name or of DOMAIN/NAME, and what they do not match stays out", () => {
  const names = ["api-key", "API-KEY", "api*", "[api]", "{a,b}", "a\nb", "ключ", "__proto__"];
  const domain = { publicKey: "", secrets: new Map(names.map((name) => [name, name])) };
  const matched = (...only: string[]) =>
    leaseDomain("dev", domain, "/s", only).only?.boxes.map(([name]) => name);
  expect(matched("api-*")).toEqual(["api-key"]);
  expect(matched("[api]")).toEqual([]);
  expect(matched("\\[api\\]")).toEqual(["[api]"]);
  expect(matched("api\\*")).toEqual(["api*"]);
  expect(matched("dev/__*")).toEqual(["__proto__"]);
  expect(matched("prod/*")).toEqual([]);
  expect(matched("a?b", "к*")).toEqual(["a\nb", "ключ"]);
});

describe("tokens", () => {
  test("are 128 random bits; the id of their lease does not say them", () => {
    const [one, other] = [newToken(), newToken()];
    expect([one.length, encodeToken(one).length]).toEqual([16, 22]);
    expect(encodeToken(one)).not.toBe(encodeToken(other));
    expect(decodeToken(encodeToken(one))).toEqual(one);
    expect(leaseIdOf(one)).toMatch(LEASE_ID);
    expect(leaseIdOf(one)).not.toBe(leaseIdOf(other));
    expect(Buffer.from(one).toString("hex")).not.toContain(leaseIdOf(one));
  });

  test("are distinguished", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.string(), (token, text) => {
        expect(isToken(encodeToken(token), token)).toBe(true);
        expect(isToken(text, token)).toBe(text === encodeToken(token));
      }),
    );
    expect(isToken(undefined, newToken())).toBe(false);
  });
});

describe("messages", () => {
  test("arrive whole, in whatever pieces they do", () => {
    const messages = fc.array(
      fc.record({ header: fc.jsonValue(), payload: fc.uint8Array({ maxLength: 50 }) }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (sent, sizes) => {
        const bytes = Buffer.concat(sent.map(({ header, payload }) => encodeFrame(header, payload)));
        const reader = new FrameReader();
        const received: unknown[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          received.push(...reader.push(bytes.subarray(at, at + size)));
          at += size;
        }
        const expected = sent.map(({ header, payload }) => ({
          header: JSON.parse(JSON.stringify(header)),
          payload,
        }));
        expect(received).toEqual(expected);
        expect(reader.held).toBe(0);
      }),
    );
  });

  test("that are cut off give nothing, and are overwritten", () => {
    const reader = new FrameReader();
    expect(reader.push(encodeFrame({ a: 1 }).subarray(0, 9))).toEqual([]);
    expect(reader.held).toBe(9);
    reader.clear();
    expect(reader.held).toBe(0);
  });
});

test("what is handed over is what arrives", () => {
  const clock = new TestClock();
  const file = sampleStore();
  const domain = (name: string) => leaseDomain(name, findDomain(file.data, name), STORE, []);
  const handover = {
    grant: grantOf([domain("dev"), domain("prod")], clock),
    socket: "/run/x.sock",
    stateDirectory: "/state",
    token: newToken(),
    privateKeys: [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)],
  };
  expect(decodeHandover(encodeHandover(handover))).toEqual(
    JSON.parse(JSON.stringify(handover), revive(handover)),
  );
});

/** Puts the bytes back that JSON has no form for. */
function revive(original: object): (key: string, value: unknown) => unknown {
  return (key, value) => (key === "token" || key === "privateKeys" ? Reflect.get(original, key) : value);
}

describe("coverage", () => {
  const file = sampleStore();
  const clock = new TestClock();
  const data = findDomain(file.data, "dev");

  test("of names is by the sealed values that they had, whatever their names are now", () => {
    const grant = grantOf([leaseDomain("dev", data, STORE, ["api-*", "dev/api-*"])], clock);
    const [{ only } = {}] = grant.domains;
    const sealed = data.secrets.get("api-key") ?? "";
    expect(only?.boxes).toEqual([["api-key", boxHash(sealed)]]);
    const renamed = { ...wanted(file, "dev"), boxes: [["renamed", sealed]] as const };
    expect(coverageOf(grant, renamed)).toEqual({ covers: true });
    const copied = {
      ...wanted(file, "dev"),
      boxes: [["api-key", data.secrets.get("db-password") ?? ""]] as const,
    };
    expect(coverageOf(grant, copied)).toMatchObject({ covers: false, unrelated: false });
  });

  test("has no reasons for leases that have nothing to do with the domain", () => {
    const grant = grantOf([leaseDomain("dev", data, STORE, [])], clock);
    expect(planLeases([{ grant }], [wanted(file, "prod")])).toEqual({ reasons: [] });
    expect(planLeases([{ grant }], [wanted(file, "dev")])).toEqual({
      plans: [{ lease: { grant }, wanted: [wanted(file, "dev")] }],
    });
    expect(planLeases([], [])).toEqual({ plans: [] });
  });
});
