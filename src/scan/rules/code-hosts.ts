import { isRandom } from "../checks.ts";
import { hasCrcInBase62 } from "../checksums.ts";
import { LONG_WORD, type Rule, rulesOf, token } from "../rule.ts";

/** Code hosts, package registries and build services. */
export const codeHostRules: readonly Rule[] = [
  token("github-token", "a GitHub token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], "[A-Za-z0-9]{36}", {
    checksum: hasCrcInBase62,
  }),
  token("github-token", "a GitHub token", "github_pat_", "[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
  token("github-token", "a GitHub token", ["ghs_", "ghu_"], "[A-Za-z0-9_]{37,255}", {
    check: isRandom,
    minEntropy: 4,
  }),
  token("npm-token", "an npm token", "npm_", "[A-Za-z0-9]{36}", { checksum: hasCrcInBase62 }),
  token("gitlab-token", "a GitLab token", "glpat-", "[A-Za-z0-9_-]{20,100}(?:\\.[a-z0-9]{2}\\.[a-z0-9]{9})?"),
  token(
    "gitlab-token",
    "a GitLab token",
    [
      "glptt-",
      "gldt-",
      "glrt-",
      "glrtr-",
      "glcbt-",
      "glft-",
      "glimt-",
      "glagent-",
      "gloas-",
      "glsoat-",
      "glffct-",
      "glwt-",
      "_gitlab_session=",
      "GR1348941",
    ],
    "[A-Za-z0-9_.-]{20,300}",
  ),
  token(
    "atlassian-token",
    "an Atlassian or Bitbucket token",
    ["ATATT3", "ATCTT3"],
    "[A-Za-z0-9_=-]{60,300}",
    {
      minEntropy: 2,
    },
  ),
  token("atlassian-token", "an Atlassian or Bitbucket token", "ATBB", "[A-Za-z0-9]{28,36}", {
    minEntropy: 2,
  }),
  token("atlassian-token", "an Atlassian or Bitbucket token", "BBDC-", "[A-Za-z0-9+/]{40,44}"),
  token("sourcegraph-token", "a Sourcegraph token", "sgp_", "(?:(?:[A-Fa-f0-9]{16}|local)_)?[A-Fa-f0-9]{40}"),
  token("sourcegraph-token", "a Sourcegraph token", ["slk_", "sgd_"], "[a-f0-9]{64}"),
  ...rulesOf("token", [
    {
      id: "npm-config-auth",
      what: "an npm registry credential",
      keywords: ["_authtoken", "_password", "_auth"],
      pattern:
        /(?:^|:)_(?:authToken|password|auth)\s{0,4}=\s{0,4}["']?(?<secret>[A-Za-z0-9+/=_.-]{8,2000})(?:["'\s]|$)/g,
      minEntropy: 2.5,
    },
    {
      id: "bundler-credentials",
      what: "the user and password of a gem server",
      keywords: ["bundle_"],
      pattern:
        /(?<![A-Za-z0-9])BUNDLE_[A-Z0-9_]{3,80}__[A-Z]{2,10}["']?\s{0,4}[:=]\s{0,4}["']?(?<secret>[^\s:"'$<{]{3,100}:[^\s"'$<{]{4,200})/g,
      minEntropy: 2.5,
    },
    {
      id: "github-clone-url",
      what: "a GitHub token in a clone URL",
      keywords: [":x-oauth-basic@"],
      pattern: /https?:\/\/(?<secret>[A-Za-z0-9_]{16,255}):x-oauth-basic@/g,
      minEntropy: 2,
    },
    {
      id: "azure-devops-token",
      what: "an Azure DevOps token",
      keywords: ["azdo", "azure_devops", "azuredevops", "dev.azure.com", "vsts", "visualstudio.com"],
      pattern: /(?<![A-Za-z0-9])(?<secret>[a-z2-7]{52})(?![A-Za-z0-9])/g,
      check: isRandom,
    },
  ]),
  token(
    "pypi-token",
    "a PyPI token",
    "pypi-AgE",
    "(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[A-Za-z0-9_-]{30,1000}",
  ),
  token("rubygems-key", "a RubyGems API key", "rubygems_", "[a-f0-9]{48}"),
  token("crates-io-token", "a crates.io token", "cio", "[A-Za-z0-9]{32}", { check: isRandom, inRun: true }),
  token("nuget-key", "a NuGet API key", "oy2", "[a-z0-9]{43}", { check: isRandom, inRun: true }),
  token("clojars-token", "a Clojars token", "CLOJARS_", "[a-z0-9]{60}"),
  token("artifactory-key", "an Artifactory key", ["AKCp", "cmVmd"], "[A-Za-z0-9]{59,73}", {
    check: isRandom,
  }),
  token("docker-token", "a Docker Hub token", ["dckr_pat_", "dckr_oat_"], "[A-Za-z0-9_-]{27,32}"),
  token("buildkite-token", "a Buildkite token", ["bkua_", "bkat_", "bkct_"], "[a-f0-9]{40}"),
  token("circleci-token", "a CircleCI token", ["CCIPAT_", "CCIPRA_"], "[A-Za-z0-9]{22}_[a-f0-9]{40}"),
  token("sonar-token", "a SonarQube token", ["squ_", "sqp_", "sqa_"], "[a-f0-9]{40}"),
  token(
    "harness-token",
    "a Harness token",
    ["pat.", "sat."],
    "[A-Za-z0-9_-]{22}\\.[a-f0-9]{24}\\.[A-Za-z0-9]{20}",
    { inRun: true },
  ),
  token("octopus-key", "an Octopus Deploy API key", "API-", "[A-Z0-9]{25,32}", {
    keywords: [LONG_WORD],
    line: /(?<!\/)API-/,
    check: isRandom,
    inRun: true,
  }),
  token("prefect-key", "a Prefect API key", ["pnu_", "pnb_"], "[A-Za-z0-9]{36}"),
  token("deno-token", "a Deno Deploy token", ["ddp_", "ddo_", "ddw_"], "[A-Za-z0-9]{36}"),
  token("weblate-token", "a Weblate token", ["wlu_", "wlp_"], "[A-Za-z0-9]{36}"),
  token("infracost-key", "an Infracost key", "ico-", "[A-Za-z0-9]{32}", { line: /(?<!\.)ico-/ }),
  token("dependency-track-key", "a Dependency-Track API key", "odt_", "[A-Za-z0-9]{32,64}"),
  token("snyk-token", "a Snyk token", ["snyk_uat.", "snyk_sat."], "[a-z0-9]{8}\\.[A-Za-z0-9._-]{60,300}"),
  token("gitbook-token", "a GitBook token", "gb_api_", "[A-Za-z0-9]{40}"),
  token("readme-key", "a ReadMe API key", "rdme_", "[a-z0-9]{70}"),
  token("postman-key", "a Postman API key", "PMAK-", "[a-f0-9]{24}-[a-f0-9]{34}"),
  token("cursor-key", "a Cursor API key", ["crsr_", "key_"], "[a-f0-9]{64}", { inRun: true }),
];
