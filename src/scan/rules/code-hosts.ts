import { LONG_RUN, rulesOf } from "../rule.ts";

/** Code hosts, package registries and build services. */
export const codeHostRules = rulesOf("token", [
  {
    id: "gitlab-token",
    what: "a GitLab token",
    keywords: [
      "glptt-",
      "gldt-",
      "glrt",
      "glcbt-",
      "glft-",
      "glimt-",
      "glagent-",
      "gloas-",
      "glsoat-",
      "glffct-",
      "glwt-",
      "gr1348941",
    ],
    pattern:
      /(?<![A-Za-z0-9])(?:(?:glptt|gldt|glrtr?|glcbt|glft|glimt|glagent|gloas|glsoat|glffct|glwt)-[A-Za-z0-9_.-]{20,300}|GR1348941[A-Za-z0-9_-]{20})(?![A-Za-z0-9_-])/g,
  },
  {
    id: "atlassian-token",
    what: "an Atlassian or Bitbucket token",
    keywords: ["atatt3", "atctt3", "atbb"],
    pattern: /(?<![A-Za-z0-9])(?:AT[AC]TT3[A-Za-z0-9_=-]{60,300}|ATBB[A-Za-z0-9]{32})(?![A-Za-z0-9_-])/g,
    minEntropy: 2,
  },
  {
    id: "npm-config-auth",
    what: "an npm registry credential",
    keywords: ["_authtoken", "_password", "_auth"],
    pattern:
      /(?:^|:)_(?:authToken|password|auth)\s{0,4}=\s{0,4}["']?(?<secret>[A-Za-z0-9+/=_.-]{8,2000})(?:["'\s]|$)/g,
    minEntropy: 2.5,
  },
  {
    id: "pypi-token",
    what: "a PyPI token",
    keywords: ["pypi-age"],
    pattern: /(?<![A-Za-z0-9])pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[A-Za-z0-9_-]{30,1000}/g,
  },
  {
    id: "rubygems-key",
    what: "a RubyGems API key",
    keywords: ["rubygems_"],
    pattern: /(?<![A-Za-z0-9])rubygems_[a-f0-9]{48}(?![A-Za-z0-9])/g,
  },
  {
    id: "crates-io-token",
    what: "a crates.io token",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9_])cio[A-Za-z0-9]{32}(?![A-Za-z0-9_])/g,
    check: "random",
  },
  {
    id: "nuget-key",
    what: "a NuGet API key",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9])oy2[a-z0-9]{43}(?![A-Za-z0-9])/g,
    check: "random",
  },
  {
    id: "clojars-token",
    what: "a Clojars token",
    keywords: ["clojars_"],
    pattern: /(?<![A-Za-z0-9])CLOJARS_[a-z0-9]{60}(?![A-Za-z0-9])/gi,
  },
  {
    id: "artifactory-key",
    what: "an Artifactory key",
    keywords: ["akcp", "cmvmd"],
    pattern: /(?<![A-Za-z0-9])(?:AKCp[A-Za-z0-9]{69,73}|cmVmd[A-Za-z0-9]{59})(?![A-Za-z0-9])/g,
    check: "random",
  },
  {
    id: "docker-token",
    what: "a Docker Hub token",
    keywords: ["dckr_pat_", "dckr_oat_"],
    pattern: /(?<![A-Za-z0-9])dckr_(?:pat_[A-Za-z0-9_-]{27}|oat_[A-Za-z0-9_-]{32})(?![A-Za-z0-9_-])/g,
  },
  {
    id: "buildkite-token",
    what: "a Buildkite token",
    keywords: ["bkua_", "bkat_"],
    pattern: /(?<![A-Za-z0-9])bk(?:ua|at)_[a-f0-9]{40}(?![A-Za-z0-9])/g,
  },
  {
    id: "circleci-token",
    what: "a CircleCI token",
    keywords: ["ccipat_", "ccipra_"],
    pattern: /(?<![A-Za-z0-9])CCIP(?:AT|RA)_[A-Za-z0-9]{22}_[a-f0-9]{40}(?![A-Za-z0-9])/g,
  },
  {
    id: "sonar-token",
    what: "a SonarQube token",
    keywords: ["squ_", "sqp_", "sqa_"],
    pattern: /(?<![A-Za-z0-9])sq[upa]_[a-f0-9]{40}(?![A-Za-z0-9])/g,
  },
  {
    id: "github-clone-url",
    what: "a GitHub token in a clone URL",
    keywords: [":x-oauth-basic@"],
    pattern: /https?:\/\/(?<secret>[A-Za-z0-9_]{16,255}):x-oauth-basic@/g,
    minEntropy: 2,
  },
]);
